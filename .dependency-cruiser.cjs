// The layers of docs/architecture.md: who may know whom.
const SDKS = '^(@aws-sdk/|@slack/|dockerode|node-ssh|execa|ssh2)';

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only', 'dynamic-import'] } },
    },
    {
      name: 'core-is-pure',
      comment: 'Decisions know no adapters, no views and no state: they are tested without mocks.',
      severity: 'error',
      from: { path: '^runner/src/core/' },
      to: { path: '^runner/src/', pathNot: '^runner/src/(core|config/duration)' },
    },
    {
      name: 'core-does-no-io',
      severity: 'error',
      from: { path: '^runner/src/(core|invocations)/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(path|path/posix|crypto|url)$' },
    },
    {
      name: 'invocations-are-pure',
      severity: 'error',
      from: { path: '^runner/src/invocations/' },
      to: { path: '^runner/src/', pathNot: '^runner/src/(core|invocations)/' },
    },
    {
      name: 'sdks-only-in-adapters',
      comment: 'SDKs are heavy and speak of the outside world: adapters wrap them.',
      severity: 'error',
      from: { path: '^runner/src/', pathNot: '^runner/src/(adapters|local)/' },
      to: { path: `node_modules/(${SDKS.slice(2, -1)})`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'views-only-listen',
      comment: 'A view follows events; it starts nothing.',
      severity: 'error',
      from: { path: '^runner/src/views/' },
      to: { path: '^runner/src/(steps|targets|state)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nothing-knows-the-commands',
      severity: 'error',
      from: { path: '^runner/src/(core|config|steps|targets|state|adapters|invocations|secrets)/' },
      to: { path: '^runner/src/commands/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'adapters-know-no-steps',
      severity: 'error',
      from: { path: '^runner/src/adapters/' },
      to: { path: '^runner/src/(steps|targets|views)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^runner/src/', pathNot: '(^|/)main\\.ts$' },
      to: {},
    },
    {
      name: 'tests-stay-outside',
      severity: 'error',
      from: { path: '^runner/' },
      to: { path: '^(test|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  },
};
