import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const PROGRAM = fileURLToPath(new URL('../../../ansible/pull/', import.meta.url));

/** Runs some lines of Python that know the program as `pull`. @returns what they print, as JSON */
const python = (text: string): unknown => {
  const source = `import sys, json\nsys.dont_write_bytecode = True\nsys.path.insert(0, ${JSON.stringify(PROGRAM)})\nimport pull\n${text}`;
  const { status, stdout, stderr } = spawnSync('python3', ['-c', source], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
};

/** What botocore 1.43 makes of the same request and time. */
const SIGNATURE = '1c4f212807a214f2b9ab1a5cb223d0347af5fe9ae710ed291e98b999f6d6622d';

describe('the program that pulls playbooks', () => {
  let folder = '';
  before(() => (folder = mkdtempSync(join(tmpdir(), 'automation-stack-pull-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('signs as AWS does', () => {
    const headers = python(`
pull.time.gmtime = lambda: (2013, 5, 24, 0, 0, 0, 4, 144, 0)
pull.credentials = lambda: {"AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "Token": "token"}
request = pull.signed("GET", "https://b.s3.us-east-1.amazonaws.com/a/b%20c.txt?versionId=x", "us-east-1", "s3")
print(json.dumps(request.get_header("Authorization")))`);
    expect(headers).to.match(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20130524\/us-east-1\/s3\/aws4_request, /);
    expect(headers).to.contain('SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token');
    expect(headers).to.contain(`Signature=${SIGNATURE}`);
  });

  it('keeps no object whose bytes are others', () => {
    const file = join(folder, 'object');
    writeFileSync(join(folder, 'there'), 'content');
    const sha256 = createHash('sha256').update('content').digest('hex');
    const get = (wanted: string) =>
      python(`
import io, os
pull.signed = lambda *words: words[1]
pull.domain = lambda: "amazonaws.com"
class Answer(io.BytesIO): pass
asked = []
def urlopen(url, timeout):
    asked.append(url)
    return Answer(b"content")
pull.urllib.request.urlopen = urlopen
try:
    pull.get_object("eu-west-1", {"bucket": "b", "key": "a b/c", "version": "v/1", "sha256": ${JSON.stringify(wanted)}}, ${JSON.stringify(file)})
    said = "fine"
except pull.Failed as failed:
    said = str(failed)
print(json.dumps([said, os.path.exists(${JSON.stringify(file)}), asked]))`) as [string, boolean, string[]];
    expect(get(sha256)).to.deep.equal([
      ...['fine', true],
      ['https://b.s3.eu-west-1.amazonaws.com/a%20b/c?versionId=v%2F1'],
    ]);
    const [said, isKept] = get('0'.repeat(64));
    expect(said).to.contain('is not the one of this run');
    expect(isKept).to.equal(false);
  });

  it('tells the most of what happened where not all has room', () => {
    const told = python(`
import base64, gzip, random
random.seed(1)
noise = lambda: "".join(random.choice("abcdefghij0123456789") for _ in range(300))
lines = [json.dumps({"event": "host", "host": "a", "status": "ok", "task": noise()}) for _ in range(400)]
lines += [json.dumps({"event": "host", "host": "a", "status": "failed", "msg": "broken"}), json.dumps({"event": "stats", "hosts": {}})]
found = pull.packed(lines)
print(json.dumps([len(found), gzip.decompress(base64.b64decode(found)).decode().split("\\n")]))`) as [number, string[]];
    expect(told[0]).to.be.at.most(23_000);
    expect(told[1]).to.have.length(2);
    expect(told[1][0]).to.contain('broken');
  });

  it('puts an instance that nobody knew of into its groups', () => {
    const [document, argv] = python(`
pull.write = lambda path, text, mode: written.update({path: text})
written = {}
play = {"argv": ["x", "{name}"], "env": {}, "files": [], "hosts": {}, "inventory": {"path": "/i", "document": {"all": {"hosts": {}, "children": {"web": {"hosts": {}}}}}}}
play = pull.prepare({"region": "r", "bucket": "b", "play": play}, "/nowhere", "i-1")
print(json.dumps([json.loads(written["/i"]), play["argv"]]))`) as [object, string[]];
    expect(document).to.deep.equal({
      all: {
        hosts: { 'i-1': { instance_id: 'i-1', ansible_connection: 'local' } },
        children: { web: { hosts: { 'i-1': {} } } },
      },
    });
    expect(argv).to.deep.equal(['x', 'i-1']);
  });
});
