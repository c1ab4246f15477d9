import { expect } from 'chai';
import { drawPassword, readDatabaseUsers, readUserSecret } from '../../../runner/src/domain/databaseUser.js';
import { StackError } from '../../../runner/src/base/errors.js';

const USER = {
  username: 'shop_app',
  secret: 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/database-AbCdEf',
  task_definition: 'arn:aws:ecs:eu-west-1:111111111111:task-definition/shop-database-user:3',
  container: 'database-user',
  cluster: 'arn:aws:ecs:eu-west-1:111111111111:cluster/shop',
  subnets: ['subnet-1'],
  security_groups: ['sg-1'],
  launch_type: 'FARGATE',
  capacity_provider: null,
};
const mistakesOf = (output: unknown) => {
  try {
    readDatabaseUsers(output, 'output "database_users" of staging');
  } catch (error) {
    return (error as StackError).evidence;
  }
  return [];
};

describe('database users of an output', () => {
  it('are read with the services that need them', () => {
    expect(readDatabaseUsers({ shop: { ...USER, services: ['web'] } }, 'it')).to.deep.equal([
      {
        name: 'shop',
        username: 'shop_app',
        secret: USER.secret,
        taskDefinition: USER.task_definition,
        container: 'database-user',
        cluster: USER.cluster,
        subnets: ['subnet-1'],
        securityGroups: ['sg-1'],
        launchType: 'FARGATE',
        services: ['web'],
      },
    ]);
  });

  it('leave out those that another deployment makes', () => {
    expect(readDatabaseUsers({ shop: null }, 'it')).to.deep.equal([]);
  });

  it('are refused with every mistake at once', () => {
    expect(
      mistakesOf({ shop: { ...USER, secret: undefined, subnets: 'subnet-1', launch_type: 'EXTERNAL' } }),
    ).to.have.members([
      'shop.launch_type is neither EC2 nor FARGATE',
      'shop.secret is missing',
      'shop.subnets is not a list of texts',
    ]);
    expect(mistakesOf(['shop'])).to.deep.equal(['it is not a map of names']);
    expect(mistakesOf({ shop: 'x' })).to.deep.equal(['shop is not an object']);
  });
});

describe('the secret of a database user', () => {
  it('is known by its own form, and everything else is no secret of ours', () => {
    const secret = { username: 'a', password: 'b', madeBy: 'c' };
    expect(readUserSecret(JSON.stringify(secret))).to.deep.equal(secret);
    for (const other of [
      undefined,
      '',
      '{}',
      '[]',
      'plain',
      '{"username":"a"}',
      '{"username":"a","password":""}',
    ])
      expect(readUserSecret(other), String(other)).to.equal(undefined);
  });

  it('has a password of letters and digits alone, each as likely as the others', () => {
    const limits = new Set<number>();
    const password = drawPassword((limit) => {
      limits.add(limit);
      return limits.size - 1;
    });
    expect(password).to.match(/^[A-Za-z0-9]{40}$/);
    expect([...limits]).to.deep.equal([62]);
  });
});

describe('what a user of a database may be', () => {
  const one = (more: object) => readDatabaseUsers({ shop: { ...USER, ...more } }, 'it')[0];

  it('has each setting that is given, and no other', () => {
    expect(
      one({
        capacity_provider: 'SPOT',
        launch_type: null,
        assign_public_ip: true,
        execution_role: 'r',
        log_group: 'l',
      }),
    ).to.deep.include({
      capacityProvider: 'SPOT',
      publicAddress: true,
      executionRole: 'r',
      logGroup: 'l',
      services: [],
    });
    expect(
      one({ launch_type: null, assign_public_ip: false, execution_role: '', log_group: 5 }),
    ).to.not.have.any.keys('launchType', 'capacityProvider', 'publicAddress', 'executionRole', 'logGroup');
    expect(one({ launch_type: 'EC2' })?.launchType).to.equal('EC2');
  });

  it('is another deployment’s where it is null', () => {
    expect(readDatabaseUsers({ shop: null, mail: USER }, 'it').map(({ name }) => name)).to.deep.equal([
      'mail',
    ]);
  });

  it('is refused with each mistake', () => {
    const { username: _, subnets: __, ...rest } = USER;
    expect(
      mistakesOf({ shop: { ...rest, secret: 5, security_groups: ['', 'x'], launch_type: 'X' } }),
    ).to.deep.equal([
      'shop.launch_type is neither EC2 nor FARGATE',
      'shop.username is missing',
      'shop.secret is not a text',
      'shop.subnets is missing',
      'shop.security_groups is not a list of texts',
    ]);
    for (const whole of [null, 'x', ['x']])
      expect(mistakesOf(whole)).to.deep.equal(['it is not a map of names']);
    expect(mistakesOf({ shop: ['x'] })).to.deep.equal(['shop is not an object']);
  });

  it('has a secret that says both name and password, or none of ours', () => {
    for (const text of [
      undefined,
      '',
      '{',
      '5',
      'null',
      '["a"]',
      '{"username":"u"}',
      '{"username":"u","password":""}',
    ])
      expect(readUserSecret(text), text).to.equal(undefined);
    expect(readUserSecret('{"username":"u","password":"p","madeBy":""}')).to.deep.equal({
      username: 'u',
      password: 'p',
    });
  });
});
