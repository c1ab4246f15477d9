// Runs terraform with a provider that knows the AWS schema, for work on the modules where no registry can be reached:
//   node --import tsx scripts/terraform.ts -chdir=terraform/modules/network test
import { execa } from 'execa';
import { startProvider } from '../test/support/terraform/provider.js';
import { readSchema } from '../test/support/terraform/schema.js';

const provider = await startProvider(await readSchema());
const { exitCode } = await execa('terraform', process.argv.slice(2), {
  stdio: 'inherit',
  env: provider.env,
  reject: false,
});
provider.stop();
process.exitCode = exitCode ?? 1;
