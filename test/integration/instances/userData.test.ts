import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { localSettings } from '../../../runner/src/local/settings.js';

interface Plan {
  readonly early: readonly Record<string, unknown>[];
  readonly late: readonly { script: string }[];
  readonly keys: readonly string[];
  readonly notes: readonly string[];
}

const READ =
  'import json, sys; from ec2_local.user_data import steps_of; print(json.dumps(steps_of(sys.stdin.buffer.read())))';

/** What a host would do at its first boot, by the emulator's own reading. */
function planOf(userData: string | Buffer): Plan {
  const python = join(localSettings(process.env).venv, 'bin', 'python');
  const env = { PYTHONPATH: resolve('resources/local'), PYTHONDONTWRITEBYTECODE: '1' };
  const { stdout, stderr, status } = spawnSync(python, ['-c', READ], { input: userData, env });
  expect(status, stderr.toString()).to.equal(0);
  return JSON.parse(stdout.toString()) as Plan;
}

const PARTS = `Content-Type: multipart/mixed; boundary="cut"
MIME-Version: 1.0

--cut
Content-Type: text/cloud-config

#cloud-config
bootcmd: [[echo, 'a b']]
write_files: [{ path: /etc/shop, content: größe, append: true }]
ssh_authorized_keys: [ssh-ed25519 AAAA ann]
users: [default]

--cut
Content-Type: text/x-shellscript

#!/bin/bash
echo hi

--cut--
`;

describe('user data of a local EC2 instance', function () {
  this.timeout(20_000);

  it('may be several parts, packed', () => {
    const plan = planOf(gzipSync(PARTS));
    expect(plan.early).to.deep.equal([
      { script: "#!/bin/sh\necho 'a b'\n" },
      { file: '/etc/shop', content: 'Z3LDtsOfZQ==', mode: '0644', owner: 'root:root', append: true },
    ]);
    expect(plan.late).to.deep.equal([{ script: '#!/bin/bash\necho hi\n' }]);
    expect(plan.keys).to.deep.equal(['ssh-ed25519 AAAA ann']);
    expect(plan.notes).to.deep.equal(['the local EC2 does not know users of cloud-config: it is not done']);
  });

  it('is told of where it cannot be read, and stops nothing', () => {
    expect(planOf('').notes).to.deep.equal([]);
    for (const [text, note] of [
      ['hello', /begins with 'hello'/],
      ['#cloud-config\n- a list\n', /it is no mapping/],
      ['#cloud-config\n: :\n', /cannot be read/],
      ['#cloud-config\nwrite_files: [{ content: x }]\n', /'path'/],
      [Buffer.from([0x1f, 0x8b, 1, 2]), /cannot be unpacked/],
    ] as const) {
      const { early, late, notes } = planOf(text);
      expect([early, late]).to.deep.equal([[], []]);
      expect(notes.join()).to.match(note);
    }
  });
});
