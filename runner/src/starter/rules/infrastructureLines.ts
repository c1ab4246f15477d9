import type { StarterFacts, StarterInfrastructure } from './facts.js';
import { configText, yamlList } from './yamlText.js';

/** The `infrastructure` of the first environment. */
export function infrastructureLines(
  { infrastructure }: StarterFacts,
  environment: string,
): readonly string[] {
  if (infrastructure === undefined) {
    return ['# infrastructure: { directory: terraform, workspace: staging }'];
  }
  const files = filesOf(infrastructure, environment);
  const backend = infrastructure.backendConfig?.[environment];
  const outputs = infrastructure.outputs ?? [];
  return [
    outputs.length === 0
      ? '# This root declares no outputs yet; everything below can use its outputs as ${output:NAME}.'
      : '# Everything below can use the outputs of this root as ${output:NAME}.',
    'infrastructure:',
    `  directory: ${configText(infrastructure.directories?.[environment] ?? infrastructure.directory)}`,
    ...(infrastructure.directories === undefined ? [`  workspace: ${environment}`] : []),
    ...(backend === undefined ? [] : [`  backend-config: ${yamlList(backend)}`]),
    files.length > 0 ? `  var-files: ${yamlList(files)}` : `  # var-files: [${environment}.tfvars]`,
  ];
}

/** What production has of its own; what staging is given is not inherited by accident. */
export function productionInfrastructure({ infrastructure }: StarterFacts): readonly string[] {
  if (infrastructure === undefined) return [];
  const files = filesOf(infrastructure, 'production');
  const inherits = filesOf(infrastructure, 'staging').length > 0;
  const backend = infrastructure.backendConfig?.['production'];
  const ofStaging = infrastructure.backendConfig?.['staging'];
  const parts = [
    infrastructure.directories === undefined
      ? 'workspace: production'
      : `directory: ${configText(infrastructure.directories['production'] ?? infrastructure.directory)}`,
    ...(backend === undefined && ofStaging === undefined
      ? []
      : [`backend-config: ${yamlList(backend ?? [])}`]),
    ...(files.length > 0 ? [`var-files: ${yamlList(files)}`] : inherits ? ['var-files: []'] : []),
  ];
  return [`infrastructure: { ${parts.join(', ')} }`];
}

function filesOf({ files, varFiles }: StarterInfrastructure, environment: string): readonly string[] {
  return files?.[environment] ?? (varFiles.includes(environment) ? [`${environment}.tfvars`] : []);
}
