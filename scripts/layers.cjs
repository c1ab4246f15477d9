/**
 * The layers of `runner/src`, top first: a file may import files of its own layer and of those below, types and dynamic
 * imports included. `.dependency-cruiser.cjs` makes its rules of them, `scripts/generate.ts` the table of docs/architecture.md.
 * A layer is a folder, or the name of a file; some share a line: they stand beside each other and import nothing of each other.
 */
module.exports.layers = [
  {
    folders: ['main', 'commandLine', 'jenkinsArguments', 'container', 'lookUps', 'kinds'],
    what: 'argv → command → exit code; `container.ts` makes the context from real adapters; `kinds.ts` registers the kinds',
  },
  { folders: ['reference'], what: 'The reference pages, made of the commands, the schema and the codes' },
  { folders: ['commands'], what: 'One file a verb: its definition as data, and `run`' },
  {
    folders: ['doctor', 'iam'],
    what: 'What is checked, and what permissions are asked, collected from the wings',
  },
  { folders: ['views'], what: 'Subscribers of events, and tables; nothing else prints' },
  { folders: ['starter'], what: '`init`: what a project looks like, and the configuration it gets' },
  { folders: ['pipeline'], what: 'The stage graph, agent blocks for Jenkins, the schedule, a run' },
  {
    folders: ['resources'],
    what: 'What a deployment has in AWS beside its releases: instances, keys, alarms, groups, images; their power',
  },
  { folders: ['delivery'], what: 'How releases reach environments; `targets/KIND/` has all of a kind' },
  { folders: ['hosts'], what: 'Inventory, routes to hosts, Ansible' },
  { folders: ['infrastructure', 'release'], what: 'Terraform; build, test, push, versions, tags' },
  { folders: ['context'], what: 'What the wings work with: the context and its account' },
  { folders: ['state'], what: 'Release ledger, locks, journal; the stores' },
  { folders: ['local'], what: 'The local environment: emulator, hosts, Slack sink' },
  { folders: ['tools'], what: 'Programs of others: found, installed, checked' },
  { folders: ['adapters'], what: 'The only imports of SDKs' },
  { folders: ['config'], what: 'Load, validate, freeze; the schema' },
  { folders: ['events'], what: 'Typed events, and the stage that reports by them' },
  { folders: ['domain'], what: 'What a release, a host, an approval is: records and pure questions of them' },
  { folders: ['secrets'], what: 'Register and redact' },
  { folders: ['base'], what: 'Errors, ports, text and JSON' },
];
