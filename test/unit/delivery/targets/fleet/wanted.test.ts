import { expect } from 'chai';
import { fleetSchema } from '../../../../../runner/src/delivery/targets/fleet/schema.js';
import { targetAddress } from '../../../../../runner/src/delivery/targets/fleet/balancer.js';
import {
  listContainers,
  parseContainers,
} from '../../../../../runner/src/delivery/targets/fleet/containers.js';
import {
  restoringVariables,
  wantedContainer,
} from '../../../../../runner/src/delivery/targets/fleet/wanted.js';
import { FakeFleet } from '../../../../support/fakeFleet.js';

const identity = (settings = {}) => ({
  name: 'web',
  application: 'shop',
  environmentName: 'staging',
  config: fleetSchema.parse({ kind: 'fleet', group: 'web', image: 'web', ...settings }),
});
const release = new FakeFleet(0).release('1.2.3', 'sha256:abc');

describe('what a release means on a host', () => {
  const wanted = (settings = {}) => wantedContainer(identity(settings), release, 'registry.example');

  it('is an image by digest, with the variables of the role', () => {
    const { image, digest, variables } = wanted({
      vars: { app_container_stop_timeout: 30 },
      health: { path: '/up', timeout: '90s' },
    });
    expect(image).to.equal('registry.example/shop/web@sha256:abc');
    expect(digest).to.equal('sha256:abc');
    expect(variables).to.deep.include({
      app_container_name: 'shop-web',
      app_container_image: image,
      app_container_state: 'present',
      app_container_port: 80,
      app_container_container_port: 8000,
      app_container_health_path: '/up',
      app_container_health_port: 80,
      app_container_health_timeout: 90,
      app_container_stop_timeout: 30,
    });
    expect(variables['app_container_labels']).to.include({ 'automation-stack.version': '1.2.3' });
  });

  it('fills version and commit into the environment', () => {
    const { variables } = wanted({ environment: { APP_VERSION: '${release:version}', DEBUG: false } });
    expect(variables['app_container_environment']).to.deep.equal({ APP_VERSION: '1.2.3', DEBUG: 'false' });
  });

  it('is another definition when image, port or environment change, and not when only the version does', () => {
    const same = wantedContainer(
      identity(),
      { ...release, version: '9.9.9', commit: 'x' },
      'registry.example',
    );
    expect(same.definition).to.equal(wanted().definition);
    for (const change of [
      { port: 81 },
      { environment: { A: 1 } },
      { 'container-port': 1 },
      { vars: { x: 1 } },
    ]) {
      expect(wanted(change).definition).not.to.equal(wanted().definition);
    }
  });

  it('cannot be overruled by the target’s own variables', () => {
    expect(wanted({ vars: { app_container_image: 'other', app_container_name: 'x' } }).variables).to.include({
      app_container_image: 'registry.example/shop/web@sha256:abc',
      app_container_name: 'shop-web',
    });
  });
});

describe('what a host ran before', () => {
  it('is brought back by its definition and image, or removed where it was nothing', () => {
    const container = {
      image: 'r/i@sha256:1',
      state: 'running',
      definition: 'd1',
      digest: 'sha256:1',
      version: '1.0.0',
    };
    expect(restoringVariables(identity(), container)).to.include({
      app_container_state: 'restored',
      app_container_image: 'r/i@sha256:1',
      app_container_definition: 'd1',
    });
    expect(restoringVariables(identity(), undefined)).to.include({
      app_container_image: '',
      app_container_definition: '',
    });
  });
});

describe('the containers of a host', () => {
  it('are told by their names', () => {
    const line = (name: string, state: string) => `${name}|${state}|r/i@sha256:1|d|sha256:1|1.0.0\n`;
    const seen = parseContainers(
      'shop',
      line('shop', 'running') + line('shop-next', 'created') + line('shop-previous', 'exited'),
    );
    expect(seen.current?.state).to.equal('running');
    expect(seen.candidate?.state).to.equal('created');
    expect(seen.previous).to.deep.equal({
      image: 'r/i@sha256:1',
      state: 'exited',
      definition: 'd',
      digest: 'sha256:1',
      version: '1.0.0',
    });
    expect(parseContainers('shop', '')).to.deep.equal({});
  });

  it('are asked for by exact name', () => {
    expect(listContainers('shop')).to.include('name=^/shop(-next|-previous)?$');
  });
});

describe('a host in a target group', () => {
  const host = { name: 'web-1', address: '127.0.0.1', port: 22, user: 'x', groups: [] };

  it('goes by instance id or by private address, as the group wants it', () => {
    const full = { ...host, instanceId: 'i-1', privateAddress: '10.0.0.7' };
    expect(targetAddress({ targetType: 'instance', name: 'g' }, full, 80)).to.deep.equal({
      id: 'i-1',
      port: 80,
    });
    expect(targetAddress({ targetType: 'ip', name: 'g' }, full, 80)).to.deep.equal({
      id: '10.0.0.7',
      port: 80,
    });
    expect(targetAddress({ targetType: 'ip', name: 'g' }, { ...host, httpPort: 8080 }, 80)).to.deep.equal({
      id: '127.0.0.1',
      port: 8080,
    });
  });

  it('is refused where the group wants instances and it is none', () => {
    expect(() => targetAddress({ targetType: 'instance', name: 'g' }, host, 80)).to.throw(/no instance id/);
  });
});
