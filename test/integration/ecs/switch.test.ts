import { expect } from 'chai';
import { answering, SwitchFixture } from '../../support/switchFixture.js';

describe('a switch between two services, on the emulator', function () {
  this.timeout(120_000);
  let fixture: SwitchFixture;

  before(async () => {
    fixture = await SwitchFixture.create('bake: 1s, keep: 30m');
    await fixture.release('1.0.0', answering('one'));
    await fixture.release('1.1.0', answering('two'));
  });
  after(() => fixture.remove());

  const deploy = (version: string, exitCode = 0) =>
    fixture.project.expect(exitCode, 'deploy', '--env', 'staging', '--release', version);

  it('deploys to the idle colour at the count of the live one, then moves all requests', async () => {
    const { stderr, stdout } = await deploy('1.0.0');
    expect(stderr + stdout).to.contain('green 100 % (1.0.0)');
    expect(await fixture.percents()).to.deep.equal({ blue: 0, green: 100 });
    expect(await fixture.answer()).to.equal('200 one');
    expect(await fixture.service('green')).to.include({ runningCount: 2, desiredCount: 2 });
  });

  it('keeps the old colour for a rollback', async () => {
    expect(await fixture.service('blue')).to.include({ runningCount: 2, desiredCount: 2 });
  });

  it('changes nothing where the live colour runs the release already', async () => {
    const { stderr, stdout } = await deploy('1.0.0');
    expect(stderr + stdout).to.contain('already runs 1.0.0');
    expect(await fixture.percents()).to.deep.equal({ blue: 0, green: 100 });
  });

  it('tells which colour is live', async () => {
    const { stdout, stderr } = await fixture.project.expect(0, 'status', '--env', 'staging', '--live');
    expect(stdout + stderr).to.contain('2/2 tasks, green is live');
  });

  it('tells until when the old colour is kept, and drains it only then, or when it is told to', async () => {
    const asked = await fixture.project.expect(0, 'status', '--env', 'staging');
    expect(asked.stdout).to.match(/staging\/web: blue is kept until \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    const early = await fixture.project.expect(0, 'drain', '--env', 'staging');
    expect(early.stdout + early.stderr).to.contain('blue is kept until');
    expect(await fixture.service('blue')).to.include({ desiredCount: 2 });
    const now = await fixture.project.expect(0, 'drain', '--env', 'staging', '--now');
    expect(now.stdout + now.stderr).to.contain('blue is drained: 2 → 0 tasks');
    expect(await fixture.service('blue')).to.include({ desiredCount: 0 });
    expect(await fixture.answer()).to.equal('200 one');
    const after = await fixture.project.expect(0, 'status', '--env', 'staging');
    expect(after.stdout).not.to.contain('kept');
    const changes = await fixture.project.expect(0, 'history', '--env', 'staging', '--changes');
    expect(changes.stdout).to.match(/drain.*blue is drained/);
  });

  it('says that the time of the old colour is over, and what to type', async () => {
    fixture.configure('bake: 0s, keep: 1s');
    await deploy('1.1.0');
    await deploy('1.0.0');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const { stdout } = await fixture.project.expect(0, 'status', '--env', 'staging');
    expect(stdout).to.match(/blue was to be kept until .*\n *Next: node .*runner drain --env staging/);
    await fixture.send({ [fixture.groups.blue]: 100 });
    const { stderr } = await fixture.project.expect(1, 'drain', '--env', 'staging');
    expect(stderr).to.contain('STATE_CONFLICT').and.to.contain('the ledger says that green is live');
    await fixture.send({ [fixture.groups.green]: 100 });
    await fixture.project.expect(0, 'drain', '--env', 'staging');
    expect(await fixture.service('blue')).to.include({ desiredCount: 0 });
    fixture.configure('bake: 1s, keep: 30m');
  });

  it('switches again, and back by one change of the rule', async () => {
    await deploy('1.1.0');
    expect(await fixture.answer()).to.equal('200 two');
    await fixture.project.expect(0, 'rollback', '--env', 'staging');
    expect(await fixture.answer()).to.equal('200 one');
    expect(await fixture.percents()).to.deep.equal({ blue: 0, green: 100 });
  });

  it('gives an unhealthy release no request, and leaves the rule as it was', async () => {
    await fixture.release('1.2.0', answering('bad', 'rm /www/health;'));
    await deploy('1.2.0', 3);
    expect(await fixture.percents()).to.deep.equal({ blue: 0, green: 100 });
    expect(await fixture.answer()).to.equal('200 one');
  });

  it('refuses to move requests where the rule says something that no deploy has left', async () => {
    await fixture.send({ [fixture.groups.blue]: 50, [fixture.groups.green]: 50 });
    const { stderr } = await deploy('1.1.0', 1);
    expect(stderr).to.contain('STATE_CONFLICT').and.to.contain('50 % of requests to blue');
    await fixture.send({ [fixture.groups.blue]: 100 });
    const other = await deploy('1.1.0', 1);
    expect(other.stderr).to.contain(
      'the rule sends all requests to blue, and the ledger says that green is live',
    );
    await fixture.send({ [fixture.groups.green]: 100 });
  });
});
