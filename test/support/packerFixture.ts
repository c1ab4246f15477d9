import { randomBytes } from 'node:crypto';
import { imageNames } from '../../runner/src/local/localImages.js';
import { findProgram, installPackages } from '../../runner/src/local/machine.js';
import { imageFixture, type ImageFixture } from './imageFixture.js';
import { testLocalContext } from './localContext.js';

/** Installs Debian's Packer where there is none. */
export async function packerThere(): Promise<void> {
  const local = testLocalContext();
  if ((await findProgram(local, 'packer')) === undefined)
    await installPackages(local, ['packer'], 'images of Packer are built in tests');
}

/** A secret of this run that is long enough to be masked. */
export const TOKEN = `packer-test-${randomBytes(12).toString('hex')}`;

const POSTS = `post-processors {
    post-processor "docker-tag" {
      repository = var.repository
      tags       = [var.tag]
    }
    post-processor "docker-push" {}
  }`;

export interface PackerFixtureOptions {
  /** Lines of the configuration below the image. */
  readonly image?: string;
  /** Provisioners of the template. */
  readonly provisioners: string;
  /** More of the template, at its top. */
  readonly top?: string;
  /** How the source ends. */
  readonly end?: string;
  /** What is done with its image; it is tagged, and pushed by those who call Packer by hand, where left out. */
  readonly posts?: string;
  readonly files?: Readonly<Record<string, string>>;
}

/** A deployment with an image `web` that Packer builds on the local environment's image with Python. */
export async function packerFixture(options: PackerFixtureOptions): Promise<ImageFixture> {
  const base = (await imageNames(testLocalContext()))?.python;
  if (base === undefined) throw new Error('no local images: run `node runner local up` first');
  const { image = '', provisioners, top = '', end = 'commit = true', posts = POSTS, files = {} } = options;
  const template = `${top}
variable "repository" {
  type = string
}
variable "tag" {
  type = string
}
source "docker" "web" {
  image = "${base}"
  pull  = false
  // Its own: the image would keep the entrypoint /bin/sh of Packer's.
  run_command = ["-d", "-i", "-t", "--", "{{.Image}}", "/bin/sh"]
  ${end}
}
build {
  sources = ["source.docker.web"]
  ${provisioners}
  ${posts}
}
`;
  return imageFixture({
    files: { ...files, 'image/web.pkr.hcl': template },
    env: { PACKER_TEST_TOKEN: TOKEN },
    config: (application) => `application: ${application}
images:
  web:
    kind: packer
    repository: ${application}/web
    template: image/web.pkr.hcl
${image.replace(/^(?=.)/gm, '    ')}
environments:
  staging: { aws: { region: eu-west-1 } }
`,
  });
}

/** A provisioner that works in the container by Docker, and applies the role \`motd\`. */
export const ANSIBLE = `provisioner "ansible" {
    playbook_file   = "\${path.root}/web.yml"
    user            = "root"
    use_proxy       = false
    extra_arguments = ["--extra-vars", "ansible_connection=docker ansible_host=\${build.ID} ansible_python_interpreter=/usr/bin/python3"]
  }`;

export const PLAYBOOK = '- hosts: all\n  gather_facts: false\n  roles: [motd]\n';

/** A role that writes a file. */
export const role = (content: string, destination = '/etc/motd') => `- name: Write the message
  ansible.builtin.copy:
    content: ${content}
    dest: ${destination}
    mode: "0644"
`;
