import { expect } from 'chai';
import { unknown } from '../support/terraform/msgpack.js';
import { Names } from '../support/terraform/planning/account.js';
import { found } from '../support/terraform/planning/found.js';
import { made } from '../support/terraform/planning/made.js';
import { planChange } from '../support/terraform/planning/plan.js';
import { World } from '../support/terraform/planning/world.js';
import { readType } from '../support/terraform/planning/types.js';
import type { Block } from '../support/terraform/schema.js';

const names = (seed = 'seed') =>
  new Names({ id: '111111111111', region: 'eu-west-1', defaultTags: {} }, seed);
const computed = { type: 'string', computed: true };
const text = { type: 'string', optional: true };

const repository: Block = {
  attributes: {
    id: { ...computed, optional: true },
    arn: computed,
    repository_url: computed,
    name: { type: 'string', required: true },
    image_tag_mutability: text,
    tags: { type: ['map', 'string'], optional: true },
    tags_all: { type: ['map', 'string'], computed: true, optional: true },
  },
  block_types: {
    encryption_configuration: {
      nesting_mode: 'list',
      block: { attributes: { kms_key: { ...computed, optional: true }, encryption_type: text } },
    },
  },
};

const config = {
  id: null,
  arn: null,
  repository_url: null,
  name: 'shop',
  image_tag_mutability: null,
  tags: { a: 'b' },
  tags_all: null,
  encryption_configuration: [{ kms_key: null, encryption_type: 'KMS' }],
};
const type = 'aws_ecr_repository';
const create = () =>
  planChange(repository, { type, prior: null, proposed: config, config }, { team: 'web' }).state ?? {};
const prior = () => made(type, repository, create(), names());
const change = (edit: object) => {
  const before = prior();
  const wanted = { ...config, ...edit };
  // As Terraform proposes it: what is computed is as it was.
  const proposed = { ...before, ...edit };
  return planChange(repository, { type, prior: before, proposed, config: wanted }, { team: 'web' });
};

describe('the planner', () => {
  it('knows nothing that is computed before a resource is made, and the defaults of what is left out', () => {
    const state = create();
    expect(state).to.include({ id: unknown, arn: unknown, name: 'shop', image_tag_mutability: 'MUTABLE' });
    expect(state.encryption_configuration).to.deep.equal([{ kms_key: unknown, encryption_type: 'KMS' }]);
    expect(state.tags_all).to.deep.equal({ team: 'web', a: 'b' });
  });

  it('gives what is made ids and ARNs with its name in them', () => {
    expect(prior()).to.include({
      id: 'shop',
      arn: 'arn:aws:ecr:eu-west-1:111111111111:repository/shop',
      repository_url: '111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop',
    });
  });

  it('plans no change where nothing was edited', () => {
    expect(change({})).to.deep.equal({ state: prior(), replacing: [] });
  });

  it('changes in place what can be, and keeps what is computed', () => {
    const { state, replacing } = change({ image_tag_mutability: 'IMMUTABLE', tags: null });
    expect(replacing).to.deep.equal([]);
    expect(state).to.include({ image_tag_mutability: 'IMMUTABLE', arn: prior().arn });
    expect(state?.tags_all).to.deep.equal({ team: 'web' });
  });

  it('names the arguments that make another resource, also those in blocks and what is not known yet', () => {
    expect(change({ name: 'blog' }).replacing).to.deep.equal(['name']);
    expect(change({ name: unknown }).replacing).to.deep.equal(['name']);
    const encrypted = { encryption_configuration: [{ kms_key: 'arn:other', encryption_type: 'KMS' }] };
    expect(change(encrypted).replacing).to.deep.equal(['encryption_configuration']);
    expect(change({ encryption_configuration: [] }).replacing).to.deep.equal(['encryption_configuration']);
  });

  it('plans the end of a resource', () => {
    const end = { type, prior: prior(), proposed: null, config: null };
    expect(planChange(repository, end, {})).to.deep.equal({ state: null, replacing: [] });
  });

  describe('of a service', () => {
    const service: Block = {
      attributes: { name: text, force_new_deployment: { type: 'bool', optional: true } },
      block_types: {
        capacity_provider_strategy: {
          nesting_mode: 'set',
          block: { attributes: { capacity_provider: text, weight: { type: 'number', optional: true } } },
        },
      },
    };
    const of = (force: boolean | null, ...weights: number[]) => ({
      name: 'web',
      force_new_deployment: force,
      capacity_provider_strategy: weights.map((weight) => ({ capacity_provider: 'FARGATE', weight })),
    });
    const replacing = (before: object, after: object) =>
      planChange(
        service,
        { type: 'aws_ecs_service', prior: { ...before }, proposed: { ...after }, config: { ...after } },
        {},
      ).replacing;

    it('keeps it with another weight only where it is told to deploy anew', () => {
      expect(replacing(of(null, 1), of(null, 2))).to.deep.equal(['capacity_provider_strategy']);
      expect(replacing(of(true, 1), of(true, 2))).to.deep.equal([]);
      expect(replacing(of(true), of(true, 1))).to.deep.equal(['capacity_provider_strategy']);
      expect(replacing(of(null, 1, 2), of(null, 2, 1))).to.deep.equal([]);
    });
  });

  it('refuses a type whose facts nobody has read up', () => {
    const unread = { type: 'aws_made_up', prior: null, proposed: {}, config: {} };
    expect(() => planChange({}, unread, {})).to.throw('aws_made_up is not in');
  });
});

describe('what is looked up', () => {
  const block: Block = {
    attributes: { arn: computed, name: { type: 'string', required: true }, repository_url: computed },
  };
  const answer = (world: World, name: string) =>
    found(type, { block, resource: repository }, { arn: null, name, repository_url: null }, world, names());

  it('is the resource that was made, or one of that name made elsewhere', () => {
    const world = new World();
    world.keep(type, null, { id: 'shop', name: 'shop', arn: 'arn:made', repository_url: 'url' });
    expect(answer(world, 'shop')).to.deep.equal({ name: 'shop', arn: 'arn:made', repository_url: 'url' });
    expect(answer(world, 'blog').arn).to.equal('arn:aws:ecr:eu-west-1:111111111111:repository/blog');
    world.keep(type, { id: 'shop' }, null);
    expect(answer(world, 'shop').arn).to.equal('arn:aws:ecr:eu-west-1:111111111111:repository/shop');
  });
});

describe('the reader of type constraints', () => {
  it('reads objects with optional attributes and their defaults', () => {
    expect(
      readType('map(object({\n  size = number # GiB\n  tags = optional(map(string), { a = "x)" })\n}))'),
    ).to.deep.equal({
      kind: 'map',
      of: {
        kind: 'object',
        attributes: {
          size: { type: { kind: 'number' }, optional: false },
          tags: { type: { kind: 'map', of: { kind: 'string' } }, optional: true, fallback: '{ a = "x)" }' },
        },
      },
    });
  });

  it('says what it cannot read', () => {
    expect(() => readType('map(text)')).to.throw('text is no type');
    expect(() => readType('list(string')).to.throw(') is missing');
  });
});
