import { expect } from 'chai';
import {
  allowOptions,
  lossText,
  lossTitle,
  requireAllowed,
} from '../../../../runner/src/infrastructure/rules/dataLoss.js';
import { isInside, isNamed } from '../../../../runner/src/domain/resourceAddress.js';
import { shellQuote } from '../../../../runner/src/base/shell.js';
import { StackError } from '../../../../runner/src/base/errors.js';
import { summarisePlan } from '../../../../runner/src/infrastructure/rules/planSummary.js';
import { planText } from '../../../../runner/src/infrastructure/rules/planText.js';

interface Extra {
  readonly previous?: string;
  readonly deposed?: string;
  readonly replace_paths?: readonly (readonly string[])[];
}
type Item = readonly [address: string, actions: readonly string[], more?: Extra];
const summary = (items: readonly Item[], protect: readonly string[] = []) =>
  summarisePlan(
    {
      resource_changes: items.map(([address, actions, { previous, deposed, ...change } = {}]) => ({
        address,
        mode: 'managed',
        ...(previous === undefined ? {} : { previous_address: previous }),
        ...(deposed === undefined ? {} : { deposed: deposed }),
        change: { actions, ...change },
      })),
    },
    protect,
  );
const DATABASE = 'module.db.aws_db_instance.main[0]';
const lost = (...args: Parameters<typeof summary>) =>
  summary(...args).losses.map(({ action, address }) => `${action} ${address}`);
function allow(items: readonly Item[], names: readonly string[]): StackError | undefined {
  const { resources, losses } = summary(items);
  try {
    const command = `node runner apply --env staging ${allowOptions(losses)}`;
    requireAllowed(resources, losses, names, { environment: 'staging', command });
    return undefined;
  } catch (error) {
    return error as StackError;
  }
}

describe('what a plan loses', () => {
  it('is data that is destroyed or replaced, in either order, and nothing else', () => {
    expect(
      lost([
        ['aws_s3_bucket.gone', ['delete']],
        ['aws_db_instance.replaced', ['delete', 'create']],
        ['aws_efs_file_system.replaced_first', ['create', 'delete']],
        ['aws_rds_cluster.changed', ['update']],
        ['aws_db_instance.new', ['create']],
        ['aws_instance.web', ['delete']],
        ['aws_rds_cluster_instance.reader', ['delete', 'create']],
      ]),
    ).to.deep.equal([
      'destroy aws_s3_bucket.gone',
      'replace aws_db_instance.replaced',
      'replace aws_efs_file_system.replaced_first',
    ]);
  });

  it('is also what serves and is replaced, since it does not come back as it was; not what is destroyed', () => {
    const plan = summary([
      ['aws_ecs_service.web', ['delete', 'create'], { replace_paths: [['capacity_provider_strategy']] }],
      ['aws_ecs_service.gone', ['delete']],
      ['aws_lb.main', ['create', 'delete']],
      ['aws_eip.nat', ['delete', 'create']],
      ['aws_instance.ci', ['delete', 'create']],
      ['aws_lb_target_group.web', ['create', 'delete']],
      ['aws_launch_template.web', ['delete', 'create']],
    ]);
    expect(plan.losses.map(lossText)).to.deep.equal([
      'aws_ecs_service.web (a running service, which starts with its first image again): replaced, capacity_provider_strategy forces it',
      'aws_lb.main (a host name that others use): replaced',
      'aws_eip.nat (a public address that others use): replaced',
      'aws_instance.ci (a running machine and its own disks): replaced',
    ]);
    expect(planText(plan)).to.contain('WHAT IS IN SERVICE WOULD BE REPLACED\n  ! aws_ecs_service.web (');
  });

  it('is also what serves and goes while the same module makes another of its kind', () => {
    const plan = summary([
      ['module.web["a.b"].aws_ecs_service.this["main"]', ['delete']],
      ['module.web["a.b"].aws_ecs_service.blue_green["main"]', ['create']],
      // Of another module, and of the same declaration: what goes there is meant to go.
      ['module.api.aws_ecs_service.this["main"]', ['delete']],
      ['aws_instance.ci[1]', ['delete']],
      ['aws_instance.ci["new"]', ['create']],
    ]);
    expect(plan.losses.map(lossText)).to.deep.equal([
      'module.web["a.b"].aws_ecs_service.this["main"] (a running service, which starts with its first image again): destroyed and created again',
    ]);
    expect(planText(plan)).to.contain('WHAT IS IN SERVICE WOULD BE REPLACED');
  });

  it('is not what is moved, forgotten, or left alone by its replacement', () => {
    const items: readonly Item[] = [
      ['aws_s3_bucket.moved', ['no-op'], { previous: 'aws_s3_bucket.before' }],
      ['aws_s3_bucket.forgotten', ['forget']],
      ['aws_s3_bucket.left', ['create', 'forget']],
    ];
    expect(lost(items)).to.deep.equal([]);
    expect(planText(summary(items))).to.contain('the old one is kept');
  });

  it('is also the object that an earlier replacement left behind', () => {
    const plan = summary([[DATABASE, ['delete'], { deposed: '1a2b3c4d' }]]);
    expect(plan.losses.map(lossText)).to.deep.equal([`${DATABASE} deposed 1a2b3c4d (a database): destroyed`]);
    expect(planText(plan)).to.contain(`- ${DATABASE}  (deposed 1a2b3c4d)`);
  });

  it('is also what the configuration protects: a resource with all its instances, or all of a module', () => {
    const items: readonly Item[] = [
      ['aws_instance.licence["a.b"]', ['delete']],
      ['module.app["eu"].module.cache.aws_rds_cluster_instance.node', ['delete', 'create']],
      ['module.application.aws_instance.other', ['delete']],
    ];
    expect(lost(items, ['aws_instance.licence', 'module.app'])).to.deep.equal([
      'destroy aws_instance.licence["a.b"]',
      'replace module.app["eu"].module.cache.aws_rds_cluster_instance.node',
    ]);
    expect(lost(items, ['module.app["us"]', 'aws_instance.licence["a"]'])).to.deep.equal([]);
  });

  it('stands first in the text, with what forces it', () => {
    const lines = planText(
      summary([
        ['aws_instance.web', ['create']],
        [DATABASE, ['delete', 'create'], { replace_paths: [['engine']] }],
      ]),
    ).split('\n');
    expect(lines.slice(2, 4)).to.deep.equal([
      'DATA WOULD BE LOST',
      `  ! ${DATABASE} (a database): replaced, engine forces it`,
    ]);
  });
});

describe('the data guard', () => {
  const two: readonly Item[] = [
    [DATABASE, ['delete', 'create']],
    ['aws_s3_bucket.logs["a b"]', ['delete']],
  ];

  it('refuses to replace what serves unless it is named', () => {
    const items: readonly Item[] = [['module.web.aws_ecs_service.main', ['delete', 'create']]];
    const error = allow(items, []);
    expect(error?.code).to.equal('DATA_LOSS_REFUSED');
    expect(error?.message).to.equal('what serves staging would be replaced: module.web.aws_ecs_service.main');
    expect(allow(items, ['aws_ecs_service.main'])).to.equal(undefined);
    expect(allow([...items, ['aws_s3_bucket.logs', ['delete']]], [])?.message).to.equal(
      'data of staging would be lost: 2 resources',
    );
  });

  it('refuses what is not named, and says which command names it all', () => {
    const error = allow(two, ['module.db.aws_db_instance.main[0]']);
    expect(error?.code).to.equal('DATA_LOSS_REFUSED');
    expect(error?.exitCode).to.equal(1);
    expect(error?.message).to.equal('data of staging would be lost: aws_s3_bucket.logs["a b"]');
    expect(error?.next).to.equal(
      `If all of it may be destroyed: node runner apply --env staging --allow-destroy 'module.db.aws_db_instance.main[0]' --allow-destroy 'aws_s3_bucket.logs["a b"]'`,
    );
    expect(allow(two, [])?.message).to.equal('data of staging would be lost: 2 resources');
  });

  for (const name of [
    DATABASE,
    'module.db.aws_db_instance.main',
    'aws_db_instance.main',
    'main',
    'main[0]',
  ]) {
    it(`takes ${name} for the one database`, () => {
      expect(allow([[DATABASE, ['delete']]], [name])).to.equal(undefined);
    });
  }

  it('refuses a name that could mean several, and a module for all in it', () => {
    const buckets: readonly Item[] = [
      ['aws_s3_bucket.logs["a"]', ['delete']],
      ['aws_s3_bucket.logs["b"]', ['delete']],
    ];
    const error = allow(buckets, ['aws_s3_bucket.logs']);
    expect(error?.code).to.equal('USAGE');
    expect(error?.evidence).to.deep.equal(['aws_s3_bucket.logs["a"]', 'aws_s3_bucket.logs["b"]']);
    expect(allow([[DATABASE, ['delete']]], ['module.db'])?.code).to.equal('USAGE');
  });

  it('refuses a name that nothing has as a typo, with the nearest', () => {
    const error = allow(two, [DATABASE, 'aws_s3_bucket.logs["a b"]', 'aws_db_instance.mian']);
    expect(error?.exitCode).to.equal(2);
    expect(error?.message).to.equal(
      `--allow-destroy aws_db_instance.mian: this plan destroys nothing of that name. Did you mean "${DATABASE}"?`,
    );
    expect(allow([['a.b', ['create']]], ['main'])?.next).to.contain('leave the option out');
  });

  it('lets a name pass that goes but holds no data', () => {
    expect(allow([['aws_instance.web', ['delete']]], ['aws_instance.web'])).to.equal(undefined);
  });
});

describe('an address of Terraform', () => {
  it('is inside of itself, of all its instances and of its modules', () => {
    const address = 'module.a["x.y"].module.b.aws_x.c[1]';
    for (const outer of [
      address,
      'module.a',
      'module.a["x.y"]',
      'module.a.module.b',
      'module.a["x.y"].module.b.aws_x.c',
    ])
      expect(isInside(address, outer), outer).to.equal(true);
    for (const outer of [
      'module.a["x"]',
      'module.b',
      'aws_x.c',
      'module',
      'module.a.module',
      '',
      'module.a["x.y"].module.b.aws_x',
    ])
      expect(isInside(address, outer), outer).to.equal(false);
  });

  it('is meant by its endings at a dot only', () => {
    expect(isNamed('module.a.aws_x.main["k.e"]', 'aws_x.main["k.e"]')).to.equal(true);
    for (const name of ['ain["k.e"]', 'e"]', 'x.main', '', '.', 'main["k"]'])
      expect(isNamed('module.a.aws_x.main["k.e"]', name), name).to.equal(false);
  });

  it('is quoted for a shell where that would read it otherwise', () => {
    expect(shellQuote('module.a.b')).to.equal('module.a.b');
    expect(shellQuote(`a["it's"]`)).to.equal(`'a["it'\\''s"]'`);
  });
});

describe('a loss', () => {
  const titles = (...serves: (true | undefined)[]) =>
    lossTitle(serves.map((one) => ({ serves: one })) as never);

  it('is of data as soon as one of them is', () => {
    expect(titles(true, true)).to.equal('What is in service would be replaced');
    expect(titles(true, undefined)).to.equal('Data would be lost');
  });

  it('is told with what else there is to know', () => {
    const { resources, losses } = summary([[DATABASE, ['delete']]]);
    const next = (hint?: string) => {
      try {
        requireAllowed(resources, losses, [], { environment: 'staging', command: 'type this', hint });
      } catch (error) {
        return (error as StackError).next;
      }
      return undefined;
    };
    expect(next()).to.equal('If all of it may be destroyed: type this');
    expect(next('or that')).to.equal('If all of it may be destroyed: type this (or that)');
  });

  it('is allowed by a name that another resource only ends in', () => {
    const items: readonly Item[] = [
      ['aws_s3_bucket.logs', ['delete']],
      ['module.a.aws_s3_bucket.logs', ['delete']],
    ];
    expect(allow(items, ['aws_s3_bucket.logs'])?.message).to.equal(
      'data of staging would be lost: module.a.aws_s3_bucket.logs',
    );
  });

  it('is not what stays, though its name is said', () => {
    const error = allow(
      [
        ['aws_instance.web', ['update']],
        [DATABASE, ['delete']],
      ],
      ['aws_instance.web'],
    );
    expect(error?.code).to.equal('USAGE');
    expect(error?.evidence).to.deep.equal([DATABASE]);
    expect(error?.next).to.contain('If all of that may be destroyed');
    expect(allow([['aws_instance.web', ['delete', 'create']]], ['web'])).to.equal(undefined);
    const none = allow([['aws_instance.web', ['update']]], ['zzzzzzzz']);
    expect(none?.evidence).to.deep.equal([]);
    expect(none?.message).to.match(/of that name\.$/);
  });

  it('is no making anew where its replacement is in another module, or an earlier object goes', () => {
    const service = (address: string, actions: readonly string[], more: Extra = {}): Item => [
      address,
      actions,
      more,
    ];
    const one = service('module.a.aws_ecs_service.old', ['delete']);
    const again = (...items: Item[]) => summary([one, ...items]).losses.map(({ again: anew }) => anew);
    expect(again(service('module.a.aws_ecs_service.new', ['create']))).to.deep.equal([true]);
    expect(again(service('module.b.aws_ecs_service.new', ['create']))).to.deep.equal([]);
    expect(again(service('module.a.aws_ecs_service.new', ['update']))).to.deep.equal([]);
    expect(
      summary([
        ['aws_ecs_service.a', ['delete'], { deposed: 'd' }],
        ['aws_ecs_service.b', ['create']],
      ]).losses,
    ).to.deep.equal([]);
    const [replaced] = summary([['aws_ecs_service.a', ['delete', 'create']]]).losses;
    expect(replaced).to.include({ serves: true }).and.not.have.any.keys('again', 'deposed');
    const [data] = summary([[DATABASE, ['delete']]]).losses;
    expect(data).to.not.have.any.keys('again', 'deposed', 'serves');
  });
});
