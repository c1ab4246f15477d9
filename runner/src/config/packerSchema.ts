import * as z from 'zod';
import { pushExtras } from './imageExtras.js';
import { command, fromEnvironment, secret, text, variable, variables } from './schemaWords.js';

const TEMPLATE = /(?:\.pkr\.hcl|\.json|\/[^./]*|^[^./]*)$/;

const test = z.union([
  command,
  z.strictObject({
    command: command.describe('What to run; its exit code decides.'),
    on: z
      .enum(['image', 'host'])
      .default('image')
      .describe(
        'Where it runs: in the image, or on the machine with the sources, in the folder of the template.',
      ),
  }),
]);

/** An image that Packer makes in the engine, by a template with the builder `docker`. */
export const packerImageSchema = z.strictObject({
  kind: z.literal('packer').describe('Packer builds it; see docs/packer-images.md.'),
  repository: text.describe(
    'Repository in the registry; it is created if it is missing (immutable tags, scan on push).',
  ),
  template: fromEnvironment
    .refine(
      (path) => path.includes('${') || TEMPLATE.test(path),
      'must end in .pkr.hcl or .json, or be a folder',
    )
    .describe(
      'Template of Packer (`.pkr.hcl`, `.pkr.json`, `.json`), or a folder of HCL2 templates, relative to the configuration file. All files of its folder decide the image, and Packer runs there.',
    ),
  playbook: fromEnvironment
    .optional()
    .describe('Playbook of its provisioner `ansible`, relative to the configuration file.'),
  inputs: z
    .array(fromEnvironment)
    .default([])
    .describe(
      'More files and folders that decide the image, relative to the configuration file. Ansible finds those among them that are roles.',
    ),
  ignore: z
    .array(text)
    .default([])
    .describe('Files of all these folders that decide nothing, in the notation of .dockerignore.'),
  only: z
    .array(text)
    .default([])
    .describe(
      'Sources of the template that are built, such as `docker.web` (default: all; one makes the image).',
    ),
  variables: variables.default({}).describe('Values of variables that the template declares.'),
  secrets: z
    .record(variable, secret)
    .default({})
    .describe(
      'Secret values of its variables, each a reference such as ${secret:name}: access, not content, so that another value builds nothing anew.',
    ),
  generated: z
    .array(text)
    .default([])
    .describe(
      'Files of these folders that are in no commit and belong in the image, because a step before the build makes them; in the notation of .dockerignore. Any other such file makes the release dirty.',
    ),
  test: test.optional().describe('Unit tests: a command in the image, or {command, on}.'),
  ...pushExtras,
});

export type PackerImageConfig = z.infer<typeof packerImageSchema>;
