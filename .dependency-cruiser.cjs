// Who may know whom: the layers of scripts/layers.cjs, and what no layer says.
const { layers } = require('./scripts/layers.cjs');

const SDKS = '^(@aws-sdk/|@slack/|dockerode|node-ssh|execa|ssh2)';
const folder = (names) => `^runner/src/(${names.join('|')})(/|\\.ts$)`;

/** One rule a layer: nothing above it, and nothing beside it. */
const downwards = layers.flatMap(({ folders }, at) => {
  const above = layers.slice(0, at).flatMap((layer) => layer.folders);
  return folders.flatMap((name) => {
    // The files at the top know each other.
    const beside = at === 0 ? [] : folders.filter((other) => other !== name);
    const forbidden = [...above, ...beside];
    if (forbidden.length === 0) return [];
    return [
      {
        name: `${name}-imports-downwards`,
        severity: 'error',
        from: { path: folder([name]) },
        to: { path: folder(forbidden) },
      },
    ];
  });
});

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    ...downwards,
    {
      name: 'every-folder-has-its-layer',
      severity: 'error',
      from: {},
      to: { path: '^runner/src/', pathNot: folder(layers.flatMap(({ folders }) => folders)) },
    },
    {
      name: 'rules-are-pure',
      comment: 'Decisions know no adapters, no state and no files: they are tested without doubles.',
      severity: 'error',
      from: { path: '^runner/src/(.*/rules|base|domain)/', pathNot: '^runner/src/base/version\\.ts$' },
      to: { path: '^runner/src/', pathNot: '^runner/src/(.*/rules|base|domain|events|config|secrets)/' },
    },
    {
      name: 'rules-do-no-io',
      severity: 'error',
      from: { path: '^runner/src/(.*/rules|base|domain)/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(path|path/posix|crypto|url|util)$' },
    },
    {
      name: 'sdks-only-in-adapters',
      comment: 'SDKs are heavy and speak of the outside world: adapters wrap them.',
      severity: 'error',
      from: { path: '^runner/src/', pathNot: '^runner/src/(adapters|local|state/stores)/' },
      to: { path: `node_modules/(${SDKS.slice(2, -1)})`, dependencyTypesNot: ['type-only'] },
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
