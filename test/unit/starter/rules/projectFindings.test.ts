import { expect } from 'chai';
import { branchesOf, firstConfig } from '../../../support/starterProject.js';
import type { Tree } from '../../../support/starterCases.js';

const web = { Dockerfile: 'FROM x\nEXPOSE 80\n' };
const root = (outputs: readonly string[], more = '') => ({
  'terraform/main.tf': `provider "aws" {${more}}\n${outputs.map((name) => `output "${name}" {}\n`).join('')}`,
});
const play = { 'ansible/site.yml': '- hosts: web\n' };
const shapeOf = (files: Tree) => firstConfig(files).facts.shape;

describe('what init makes of a project', () => {
  it('is called by its name, and tells where it had to change that', () => {
    expect(firstConfig(web).notes).not.to.contain('derived');
    const { facts, notes } = firstConfig(web, { name: 'My Shop' });
    expect(facts.application).to.equal('my-shop');
    expect(notes).to.contain('my-shop, derived from “My Shop”');
  });

  it('is in the region that is asked for, else that of its provider, else in a guess that is told', () => {
    const region = (files: Tree, asked?: string) => {
      const { facts, notes } = firstConfig(files, { region: asked });
      return [facts.region, notes.includes('is a guess: neither AWS_REGION')];
    };
    const there = root([], ' region = "us-east-1" ');
    expect(region(there, 'eu-north-1')).to.deep.equal(['eu-north-1', false]);
    expect(region(there)).to.deep.equal(['us-east-1', false]);
    expect(region({})).to.deep.equal(['eu-west-1', true]);
    expect(region({}, 'eu-north-1')).to.deep.equal(['eu-north-1', false]);
  });

  const shapes: readonly (readonly [string, Tree, string])[] = [
    ['nothing to deploy without an image', { ...play, ...root(['hosts']) }, 'minimal'],
    ['services', web, 'hello-ecs'],
    [
      'services where the root tells a cluster',
      { ...web, ...play, ...root(['ecs_cluster_name']) },
      'hello-ecs',
    ],
    ['services where the root tells a service', { ...web, ...play, ...root(['service']) }, 'hello-ecs'],
    [
      'a fleet where a name only holds that word',
      { ...web, ...play, ...root(['my_cluster', 'cluster_x']) },
      'flask-fleet',
    ],
    ['a fleet where there are playbooks', { ...web, ...play }, 'flask-fleet'],
    [
      'a fleet where there is a folder of Ansible',
      { ...web, 'ansible/roles/x/tasks/main.yml': '- x:\n' },
      'flask-fleet',
    ],
    ['a fleet where the root tells hosts', { ...web, ...root(['hosts']) }, 'flask-fleet'],
    ['services where the root tells something else', { ...web, ...root(['vpc']) }, 'hello-ecs'],
  ];
  for (const [what, files, shape] of shapes) it(`is ${what}`, () => expect(shapeOf(files)).to.equal(shape));

  it('is what was asked for', () =>
    expect(firstConfig(web, { shape: 'minimal' }).facts.shape).to.equal('minimal'));

  it('has its paths as the configuration has to write them', () => {
    const { facts } = firstConfig(
      { 'app/build/Dockerfile': 'FROM x\nCOPY src /x\n', 'app/src/a': '', ...root(['hosts']), ...play },
      { place: (path) => `../${path}` },
    );
    expect(facts.images[0]).to.include({ context: '../app', dockerfile: '../app/build/Dockerfile' });
    expect(facts.infrastructure)
      .to.include({ directory: '../terraform' })
      .and.not.to.have.property('directories');
    expect(facts.ansible?.directory).to.equal('../ansible');
    const pair = firstConfig(
      { 'e/staging/main.tf': 'provider "aws" {}', 'e/prod/main.tf': 'provider "aws" {}' },
      { place: (path) => `../${path}` },
    );
    expect(pair.facts.infrastructure?.directories).to.deep.equal({
      staging: '../e/staging',
      production: '../e/prod',
    });
    expect(firstConfig(web, { place: (path) => path }).facts.images[0]).not.to.have.property('dockerfile');
  });

  it('leaves playbooks out where it deploys services, which is told', () => {
    const { facts, notes } = firstConfig({ ...web, ...play, ...root(['cluster']) });
    expect(facts).not.to.have.property('ansible');
    expect(notes).to.contain('ansible/ is not used');
    expect(firstConfig(web).notes).not.to.contain('ansible/');
    expect(firstConfig({ ...web, ...play }).notes).not.to.contain('ansible/ is not used');
  });

  const kinds: readonly (readonly [string, readonly string[]])[] = [
    ['a Laravel application', ['artisan', 'composer.json']],
    ['a WordPress site', ['wp-config.php']],
    ['a WordPress site', ['wp-config-sample.php']],
    ['a PHP application', ['composer.json', 'package.json']],
    ['a Django application', ['manage.py', 'requirements.txt']],
    ['a Node.js application', ['package.json']],
    ['a Go program', ['go.mod']],
    ['a Python application', ['requirements.txt']],
    ['a Python application', ['pyproject.toml']],
  ];
  for (const [kind, paths] of kinds)
    it(`looks like ${kind} where there is ${paths.join(' and ')} without a Dockerfile`, () => {
      const files = Object.fromEntries(paths.map((path) => [path, '']));
      expect(firstConfig(files).notes).to.contain(
        `for what looks like ${kind} was found, so there is no image`,
      );
      expect(firstConfig({ ...files, ...web }).notes).not.to.contain('no Dockerfile');
    });

  it('has to get a Dockerfile where a shape is asked for', () => {
    expect(firstConfig({}, { shape: 'hello-ecs' }).notes).to.contain(
      'no Dockerfile was found: the image web is built',
    );
    expect(firstConfig({}).notes).to.contain('no Dockerfile was found, so there is no image');
  });
});

describe('what init tells of its guesses', () => {
  it('is the names of clusters and services that no output tells', () => {
    const told = (outputs: readonly string[]) => firstConfig({ ...web, ...root(outputs) }).notes;
    expect(told(['vpc'])).to.contain(
      '(shop-staging, shop-staging-web, shop-production and shop-production-web)',
    );
    expect(told(['cluster'])).to.contain('(shop-staging-web and shop-production-web)');
    expect(told(['cluster', 'service'])).not.to.contain('are guesses');
    expect(firstConfig({}, { shape: 'hello-ecs' }).notes).to.contain('shop-staging-web');
  });

  it('is how hosts are found, where no output names them', () => {
    expect(firstConfig({ ...web, ...play }).notes).to.contain('guessed EC2 tags (Application: shop');
    expect(firstConfig({ ...web, ...root(['hosts']) }).notes).not.to.contain('guessed EC2 tags');
    expect(firstConfig(web).notes).not.to.contain('guessed EC2 tags');
    expect(firstConfig(play).notes).to.contain('guessed EC2 tags');
  });

  it('is groups that the configuration does not take', () => {
    const files = { ...web, 'ansible/site.yml': '- hosts: web\n', 'ansible/hosts': '[1st]\nh1\n' };
    expect(firstConfig(files).notes).to.contain('the groups 1st of the playbooks have invalid names');
    expect(firstConfig({ ...web, ...play }).notes).not.to.contain('invalid names');
  });

  it('is that hosts of several groups are all in one, where tags find them', () => {
    const files = { ...web, 'ansible/site.yml': '- hosts: web\n- hosts: db\n' };
    expect(firstConfig(files).notes).to.contain('the playbooks know the groups web and db');
    expect(firstConfig({ ...files, ...root(['hosts']) }).notes).not.to.contain('know the groups');
    expect(firstConfig({ ...web, ...play }).notes).not.to.contain('know the groups');
  });

  it('is that a worker has no target in a fleet', () => {
    const worker = { 'worker/Dockerfile': 'FROM x\n' };
    expect(firstConfig({ ...web, ...worker, ...play }).notes).to.contain('worker has no target');
    expect(firstConfig({ ...worker, 'queue/Dockerfile': 'FROM x\n', ...play }).notes).to.contain(
      'queue and worker have no target',
    );
    expect(firstConfig({ ...web, ...play }).notes)
      .to.contain('docker-host.yml')
      .and.not.to.contain('no target');
    expect(firstConfig({ ...web, ...worker }).notes)
      .not.to.contain('no target')
      .and.not.to.contain('docker-host.yml');
  });

  it('is that a playbook of its own deploys', () => {
    for (const path of ['deploy.yml', 'playbooks/deploy.yml'])
      expect(firstConfig({ ...web, ...play, [`ansible/${path}`]: '- hosts: web\n' }).notes).to.contain(
        'ansible has its own deploy.yml',
      );
    expect(firstConfig({ ...web, ...play, 'deploy.yml': '- hosts: web\n' }).notes).not.to.contain(
      'its own deploy.yml',
    );
  });

  it('is tests whose tools may not be in the image', () => {
    expect(firstConfig({ ...web, 'pytest.ini': '' }).notes).to.contain(
      'the tests of web (pytest -q) are written',
    );
    expect(firstConfig({ Dockerfile: 'FROM x AS test\n', 'pytest.ini': '' }).notes).not.to.contain(
      'the tests of',
    );
    expect(firstConfig(web).notes).not.to.contain('the tests of');
  });

  it('is nothing of what is sure', () =>
    expect(
      firstConfig(
        {
          ...web,
          ...root(['cluster', 'service'], ' region = "eu-west-1" '),
          'terraform/staging.tfvars': '',
          'terraform/production.tfvars': '',
        },
        { branches: branchesOf(['develop', 'main']) },
      ).notes,
    ).to.equal(''));
});
