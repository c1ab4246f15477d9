import type { ToolName } from '../../domain/tools.js';
import { AWS_CLI_KEY, SESSION_MANAGER_KEY, type SigningKey } from './signingKeys.js';

/** Processors that vendors build for, as they call them: Node says `x64` and `arm64`. */
export type Processor = 'amd64' | 'arm64';
export type PackageManager = 'apt' | 'dnf';

/** One file of a vendor, for one processor, and how it is known to be the vendor's. */
export interface VendorFile {
  readonly url: string;
  /** Its SHA-256 in hex, where the vendor publishes that. */
  readonly sha256?: string;
}

/** A tool from its vendor's server, in one version, into the user's home. */
export interface Download {
  readonly kind: 'download';
  readonly version: string;
  readonly files: Readonly<Record<Processor, VendorFile>>;
  readonly format: 'zip' | 'deb';
  /** Its program inside. */
  readonly program: string;
  /** Where there is no checksum: the file has a signature beside it (`.sig`), made with this key. */
  readonly key?: SigningKey;
  /** Where the checksums are from, or the key: for people who check them. */
  readonly source: string;
}

/** From the packages of the system, as root. */
export interface Packages {
  readonly kind: 'packages';
  readonly manager: PackageManager;
  readonly packages: readonly string[];
  /** The package that has to be this new, as the distribution numbers it. */
  readonly atLeast?: readonly [name: string, version: string];
  /** A service of systemd that is enabled and started afterwards. */
  readonly service?: string;
}

/** What fits a Python: a release of ansible-core, and the distribution whose collections belong to it. */
export interface PythonPins {
  /** The oldest Python that takes them. */
  readonly python: string;
  readonly version: string;
  readonly packages: readonly string[];
  /** What its collections import on this machine. */
  readonly libraries?: readonly string[];
  /** A distribution on PyPI from which these collections are unpacked: Galaxy is not needed. */
  readonly collections?: { readonly from: string; readonly names: readonly string[] };
}

/** From PyPI, in an environment of its own in the user's home. */
export interface PythonEnvironment {
  readonly kind: 'python';
  /** The newest Python comes first. */
  readonly pins: readonly PythonPins[];
  readonly programs: readonly string[];
}

/** How a tool gets onto a machine. */
export type Way = Download | Packages | PythonEnvironment;

const apt = (...packages: readonly string[]): Packages => ({ kind: 'packages', manager: 'apt', packages });
const dnf = (...packages: readonly string[]): Packages => ({ kind: 'packages', manager: 'dnf', packages });

/** A release of HashiCorp: one program in a zip. */
function hashicorp(
  name: string,
  version: string,
  sums: Readonly<Record<Processor, string>>,
  commit: string,
): Download {
  const file = (processor: Processor) => ({
    url: `https://releases.hashicorp.com/${name}/${version}/${name}_${version}_linux_${processor}.zip`,
    sha256: sums[processor],
  });
  return {
    kind: 'download',
    version,
    files: { amd64: file('amd64'), arm64: file('arm64') },
    format: 'zip',
    program: name,
    source: `HashiCorp's own https://github.com/hashicorp/homebrew-tap, Formula/${name}.rb at ${commit}`,
  };
}

const AWS_CLI = '2.37.6';
const SESSION_MANAGER = '1.2.896.0';

const COLLECTIONS = [
  'amazon.aws',
  'ansible.posix',
  'community.docker',
  'community.general',
  'community.mysql',
];
/** community.docker stands on it since its version 3.7. */
const FILTERS = 'community.library_inventory_filtering_v1';

/** amazon.aws asks AWS by boto3, community.docker its engine by requests. */
const LIBRARIES = ['boto3==1.40.76', 'requests==2.32.5'];

/** What fits each Python; the newest comes first, and `local up` uses that too. */
export const ANSIBLE_PINS = [
  {
    python: '3.11',
    version: '2.19.14',
    packages: ['ansible-core==2.19.14'],
    libraries: LIBRARIES,
    collections: { from: 'ansible==12.3.0', names: [...COLLECTIONS, FILTERS] },
  },
  {
    python: '3.10',
    version: '2.17.14',
    packages: ['ansible-core==2.17.14'],
    libraries: LIBRARIES,
    collections: { from: 'ansible==10.7.0', names: [...COLLECTIONS, FILTERS] },
  },
  {
    python: '3.9',
    version: '2.15.13',
    packages: ['ansible-core==2.15.13'],
    libraries: LIBRARIES,
    collections: { from: 'ansible==8.7.0', names: COLLECTIONS },
  },
] as const satisfies readonly PythonPins[];

/**
 * How each tool is installed: the first way that a machine has. Checksums are copied from where `source` says, never taken
 * from the server that the file is from.
 */
export const WAYS: Readonly<Partial<Record<ToolName, readonly Way[]>>> = {
  git: [apt('git'), dnf('git')],
  docker: [
    { ...apt('docker.io'), service: 'docker' },
    { ...dnf('docker'), service: 'docker' },
  ],
  packer: [
    { ...apt('packer'), atLeast: ['packer', '1.6.6'] },
    // The last that carries the plugins for Docker, Ansible and Amazon: templates need no `packer init`, as with Debian's.
    hashicorp(
      'packer',
      '1.9.5',
      {
        amd64: '6f8272658a6d606583c2b3deaad272233db6e84a6ee651bf17a0d46d8cea4a9c',
        arm64: '5584a6fe1c86f140e57c086d8dcbd1785a5eae467062777f6a325fbfdd3b82d9',
      },
      'f38c9d4b3bf5be3fa32af4d7da35d6840dda4cb9',
    ),
  ],
  terraform: [
    hashicorp(
      'terraform',
      '1.11.4',
      {
        amd64: '1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc',
        arm64: 'a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633',
      },
      'e67d13cedb583896e87563d546285a2ce4d4bac9',
    ),
  ],
  ansible: [
    {
      kind: 'python',
      pins: ANSIBLE_PINS,
      programs: [
        ...['ansible', 'ansible-config', 'ansible-doc', 'ansible-galaxy', 'ansible-inventory'],
        ...['ansible-playbook', 'ansible-vault'],
      ],
    },
  ],
  ssh: [apt('openssh-client'), dnf('openssh-clients')],
  python: [apt('python3', 'python3-venv'), dnf('python3', 'python3-pip')],
  'aws-cli': [
    { ...apt('awscli'), atLeast: ['awscli', '2.0.0'] },
    dnf('awscli-2'),
    {
      kind: 'download',
      version: AWS_CLI,
      files: {
        amd64: { url: `https://awscli.amazonaws.com/awscli-exe-linux-x86_64-${AWS_CLI}.zip` },
        arm64: { url: `https://awscli.amazonaws.com/awscli-exe-linux-aarch64-${AWS_CLI}.zip` },
      },
      format: 'zip',
      program: 'aws/dist/aws',
      key: AWS_CLI_KEY,
      source: 'https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html',
    },
  ],
  'session-manager': [
    {
      kind: 'download',
      version: SESSION_MANAGER,
      files: {
        amd64: {
          url: `https://s3.amazonaws.com/session-manager-downloads/plugin/${SESSION_MANAGER}/ubuntu_64bit/session-manager-plugin.deb`,
        },
        arm64: {
          url: `https://s3.amazonaws.com/session-manager-downloads/plugin/${SESSION_MANAGER}/ubuntu_arm64/session-manager-plugin.deb`,
        },
      },
      format: 'deb',
      program: 'usr/local/sessionmanagerplugin/bin/session-manager-plugin',
      key: SESSION_MANAGER_KEY,
      source:
        'https://docs.aws.amazon.com/systems-manager/latest/userguide/install-plugin-linux-verify-signature.html',
    },
  ],
};

/** The versions of a tool that the runner itself chooses; none where the distribution does. */
export function pinnedVersions(name: ToolName): readonly string[] {
  return (WAYS[name] ?? []).flatMap((way) => {
    if (way.kind === 'packages') return [];
    return way.kind === 'download' ? [way.version] : way.pins.map(({ version }) => version);
  });
}
