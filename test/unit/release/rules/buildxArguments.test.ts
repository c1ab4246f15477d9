import { expect } from 'chai';
import {
  buildxBuild,
  buildxInspect,
  type BuildxRequest,
  clientConfig,
  readBuilder,
  steeringArguments,
} from '../../../../runner/src/release/rules/buildxArguments.js';

const request: BuildxRequest = {
  builder: undefined,
  context: '/private/context',
  dockerfile: '/private/Dockerfile',
  target: undefined,
  platforms: [],
  buildArgs: {},
  secrets: {},
  ssh: { ids: [], socket: undefined },
  labels: {},
  annotations: {},
  sbom: false,
  provenance: 'off',
  cache: { from: [], inline: false },
  noCache: false,
  output: { to: 'registry', repository: 'registry.example.org/shop/web' },
  metadata: '/private/metadata.json',
  env: { DOCKER_CONFIG: '/memory' },
};
const argsOf = (more: Partial<BuildxRequest>) => buildxBuild({ ...request, ...more }).args;
const valuesOf = (args: readonly string[], name: string) =>
  args.flatMap((one, index) => (args[index - 1] === name ? [one] : []));

describe('how buildx is called', () => {
  it('pushes by digest, and attests nothing that was not asked for', () => {
    expect(argsOf({})).to.deep.equal([
      ...['buildx', 'build', '--progress', 'rawjson', '--metadata-file', '/private/metadata.json'],
      ...['--file', '/private/Dockerfile', '--provenance', 'false', '--sbom', 'false', '--output'],
      'type=image,name=registry.example.org/shop/web,push=true,push-by-digest=true,oci-mediatypes=true',
      '/private/context',
    ]);
  });

  it('names build arguments and secrets, whose values are in the environment of the child', () => {
    const { args, env } = buildxBuild({
      ...request,
      buildArgs: { WORD: 'of the argument' },
      secrets: { npm: 'hush', apt: 'still' },
    });
    expect(valuesOf(args, '--build-arg')).to.deep.equal(['WORD']);
    expect(valuesOf(args, '--secret')).to.deep.equal([
      'id=apt,env=AUTOMATION_STACK_BUILD_SECRET_0',
      'id=npm,env=AUTOMATION_STACK_BUILD_SECRET_1',
    ]);
    expect(env).to.include({
      WORD: 'of the argument',
      AUTOMATION_STACK_BUILD_SECRET_0: 'still',
      AUTOMATION_STACK_BUILD_SECRET_1: 'hush',
      DOCKER_CONFIG: '/memory',
    });
    expect(args.join(' ')).not.to.match(/hush|still|of the argument/);
  });

  it('takes no time and no platform from the machine, but a time that is a build argument', () => {
    const { env = {} } = buildxBuild(request);
    expect(env).to.have.property('SOURCE_DATE_EPOCH', undefined);
    expect(env).to.have.property('DOCKER_DEFAULT_PLATFORM', undefined);
    const timed = buildxBuild({ ...request, buildArgs: { SOURCE_DATE_EPOCH: '0' } });
    expect(timed.env).to.have.property('SOURCE_DATE_EPOCH', '0');
  });

  it('asks for the attestations of the configuration', () => {
    const args = argsOf({ sbom: true, provenance: 'max' });
    expect(valuesOf(args, '--sbom')).to.deep.equal(['true']);
    expect(valuesOf(args, '--provenance')).to.deep.equal(['mode=max']);
    const generator = 'mirror.example.org/scanner:1';
    expect(valuesOf(argsOf({ sbom: generator }), '--sbom')).to.deep.equal([`generator=${generator}`]);
  });

  it('keeps a cache only with what is pushed', () => {
    const cache = { from: ['host/shop/cache:web'], inline: false, to: 'host/shop/cache:web' };
    const pushed = argsOf({ cache });
    expect(valuesOf(pushed, '--cache-from')).to.deep.equal(['type=registry,ref=host/shop/cache:web']);
    expect(valuesOf(pushed, '--cache-to')).to.deep.equal([
      'type=registry,ref=host/shop/cache:web,mode=max,image-manifest=true,oci-mediatypes=true',
    ]);
    for (const output of [{ to: 'cache' }, { to: 'engine', tag: 'shop/web:1' }] as const) {
      const args = argsOf({ cache, output, sbom: true, provenance: 'max' });
      expect(valuesOf(args, '--cache-to'), output.to).to.deep.equal([]);
      expect(valuesOf(args, '--sbom'), output.to).to.deep.equal(['false']);
    }
    expect(valuesOf(argsOf({ cache: { from: [], inline: true } }), '--cache-to')).to.deep.equal([
      'type=inline',
    ]);
  });

  it('puts annotations on the manifest, and on the index where there is one', () => {
    const annotations = { 'com.example.b': 'x, y', 'com.example.a': '1' };
    const on = (more: Partial<BuildxRequest>) => valuesOf(argsOf({ annotations, ...more }), '--annotation');
    expect(on({})).to.deep.equal(['manifest:com.example.a=1', 'manifest:com.example.b=x, y']);
    for (const more of [{ platforms: ['linux/amd64', 'linux/arm64'] }, { provenance: 'min' as const }])
      expect(on(more)[0]).to.equal('index,manifest:com.example.a=1');
  });

  it('tells the builder, the stage, platforms, labels, agents and that every step runs again', () => {
    const args = argsOf({
      ...{ builder: 'big', target: 'app', platforms: ['linux/amd64', 'linux/arm64'], noCache: true },
      ...{ labels: { a: '1=2' }, ssh: { ids: ['default', 'git'], socket: '/agent' } },
    });
    expect(valuesOf(args, '--builder')).to.deep.equal(['big']);
    expect(valuesOf(args, '--target')).to.deep.equal(['app']);
    expect(valuesOf(args, '--platform')).to.deep.equal(['linux/amd64,linux/arm64']);
    expect(valuesOf(args, '--label')).to.deep.equal(['a=1=2']);
    expect(valuesOf(args, '--ssh')).to.deep.equal(['default=/agent', 'git=/agent']);
    expect(args).to.include('--no-cache');
  });

  it('knows build arguments that would steer the client', () => {
    const steering = { PATH: '', DOCKER_HOST: '', BUILDX_BUILDER: '', BUILDKIT_HOST: '', AWS_PROFILE: '' };
    const harmless = { VERSION: '', HTTP_PROXY: '', BUILDKIT_SYNTAX: '', AWS_REGION: '', MY_PATH: '' };
    expect(steeringArguments({ ...steering, ...harmless })).to.deep.equal(Object.keys(steering).sort());
  });
});

describe('the builder of buildx', () => {
  it('is asked for by its name, or the current one', () => {
    expect(buildxInspect('big', {}).args).to.deep.equal(['buildx', 'inspect', 'big']);
    expect(buildxInspect(undefined, {}).args).to.deep.equal(['buildx', 'inspect']);
  });

  it('is read from what buildx prints of it', () => {
    const nodes = '\nNodes:\nName:                  big0\nEndpoint:              unix:///run/docker.sock\n';
    expect(readBuilder(`Name:          big\nDriver:        docker-container\n${nodes}`)).to.deep.equal({
      name: 'big',
      driver: 'docker-container',
    });
    expect(readBuilder('Name:   big\nDriver: remote\nError:  no such host\n')?.error).to.equal(
      'no such host',
    );
    expect(readBuilder('nothing')).to.equal(undefined);
  });
});

describe('the configuration of the client for one build', () => {
  const logins = { 'registry.example.org': { username: 'AWS', password: 'token' } };
  const read = (text: string) => JSON.parse(text) as Record<string, unknown>;

  it('has the login of the build beside those of the user, and finds the plugins of the user', () => {
    const user = { auths: { 'other.example.org': { auth: 'b3RoZXI=' } }, currentContext: 'colima' };
    expect(read(clientConfig(user, '/home/me/.docker/cli-plugins', logins))).to.deep.equal({
      auths: {
        'other.example.org': { auth: 'b3RoZXI=' },
        'registry.example.org': { auth: Buffer.from('AWS:token').toString('base64') },
      },
      currentContext: 'colima',
      cliPluginsExtraDirs: ['/home/me/.docker/cli-plugins'],
    });
  });

  it('asks no helper of the user for the registry of the build', () => {
    const { credHelpers, credsStore } = read(clientConfig({ credsStore: 'desktop' }, '/plugins', logins));
    expect(credsStore).to.equal('desktop');
    expect(credHelpers).to.deep.equal({ 'registry.example.org': '' });
  });
});
