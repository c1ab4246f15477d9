import { expect } from 'chai';
import {
  buildInvocation,
  initInvocation,
  packerEnvironment,
  variablesFile,
} from '../../../../runner/src/release/rules/packerArguments.js';

const call = {
  template: '/p/image/web.pkr.hcl',
  directory: '/p/image',
  varFile: '/dev/shm/x/v.json',
  only: [],
  env: {},
};
const places = { temporary: '/tmp/x', ansible: undefined, roles: [], collections: [] };

describe('how Packer is called', () => {
  it('builds what the template says, but does not push, and has its values from a file', () => {
    expect(buildInvocation(call)).to.deep.equal({
      file: 'packer',
      args: [
        ...['build', '-machine-readable', '-color=false', '-except=docker-push'],
        ...['-var-file=/dev/shm/x/v.json', '/p/image/web.pkr.hcl'],
      ],
      cwd: '/p/image',
      env: {},
    });
  });

  it('builds only the sources that are named', () => {
    expect(buildInvocation({ ...call, only: ['docker.a', 'docker.b'] }).args).to.include(
      '-only=docker.a,docker.b',
    );
  });

  it('installs plugins where the template is', () => {
    const { args, cwd } = initInvocation(call);
    expect([args, cwd]).to.deep.equal([['init', '/p/image/web.pkr.hcl'], '/p/image']);
  });

  it('gives HCL2 its values as they are, and text to templates of before', () => {
    const values = { a: '8.2', b: 3, c: ['x'] };
    expect(JSON.parse(variablesFile('web.pkr.hcl', values))).to.deep.equal(values);
    expect(JSON.parse(variablesFile('web.pkr.json', values))).to.deep.equal(values);
    expect(JSON.parse(variablesFile('web.json', values))).to.deep.equal({ a: '8.2', b: '3', c: '["x"]' });
  });
});

describe('the environment of Packer', () => {
  it('has its temporary files in the folder of the build', () => {
    const env = packerEnvironment({}, places);
    expect(env).to.include({ PACKER_TMP_DIR: '/tmp/x', PACKER_CACHE_DIR: '/tmp/x', TMPDIR: '/tmp/x' });
    expect(env).to.include({ CHECKPOINT_DISABLE: '1', ANSIBLE_NOCOLOR: '1' });
  });

  it('leaves the folder of temporary files to the system where sockets in it would have too long a path', () => {
    const temporary = `/tmp/${'x'.repeat(80)}`;
    const env = packerEnvironment({}, { ...places, temporary });
    expect(env).to.include({ PACKER_TMP_DIR: temporary }).and.not.to.have.property('TMPDIR');
  });

  it('finds Ansible, roles and collections beside what the shell names', () => {
    const shell = { PATH: '/usr/bin', ANSIBLE_ROLES_PATH: '/r', ANSIBLE_COLLECTIONS_PATH: '/c' };
    const env = packerEnvironment(shell, {
      ...places,
      ansible: '/a/bin',
      roles: ['/p/roles'],
      collections: ['/k'],
    });
    expect(env).to.include({
      PATH: '/a/bin:/usr/bin',
      ANSIBLE_ROLES_PATH: '/p/roles:/r',
      ANSIBLE_COLLECTIONS_PATH: '/c:/k',
    });
  });

  it('keeps the places where Ansible looks for collections by itself', () => {
    const env = packerEnvironment({}, { ...places, collections: ['/k'] });
    expect(env['ANSIBLE_COLLECTIONS_PATH']).to.equal(
      '~/.ansible/collections:/usr/share/ansible/collections:/k',
    );
    expect(packerEnvironment({}, places)).not.to.have.any.keys(
      'ANSIBLE_COLLECTIONS_PATH',
      'ANSIBLE_ROLES_PATH',
      'PATH',
    );
  });
});
