import type { ScanFinding, ScanReport, Severity } from '../../domain/imageScan.js';
import type { Invocation } from '../../base/ports.js';
import { isRecord } from '../../base/toolJson.js';

/**
 * How Trivy is asked: the registry's login goes by its variables, never by its arguments.
 * @see https://trivy.dev/latest/docs/references/configuration/cli/trivy_image/
 */
export function trivyInvocation(
  reference: string,
  login: { readonly username: string; readonly password: string },
): Invocation {
  return {
    file: 'trivy',
    args: ['image', '--format', 'json', '--quiet', '--scanners', 'vuln', reference],
    env: { TRIVY_USERNAME: login.username, TRIVY_PASSWORD: login.password },
  };
}

const UNRECOGNISED = 'Trivy finds no operating system and no packages in it';

/**
 * Reads Trivy's JSON (schema version 2). An image in which it recognises nothing has no results, which must not be taken for
 * one without vulnerabilities.
 * @returns undefined where it is no such report
 */
export function readTrivyReport(text: string): ScanReport | undefined {
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(report) || report['SchemaVersion'] !== 2) return undefined;
  const results = list(report['Results']);
  if (results.length === 0) return { status: 'unsupported', reason: UNRECOGNISED, findings: [] };
  const findings = results.flatMap((result) => list(result['Vulnerabilities']).map(findingOf));
  return { status: 'complete', findings };
}

function findingOf(found: Readonly<Record<string, unknown>>): ScanFinding {
  const word = (key: string) =>
    typeof found[key] === 'string' && found[key] !== '' ? found[key] : undefined;
  const [name, version, fixed] = [word('PkgName'), word('InstalledVersion'), word('FixedVersion')];
  return {
    id: word('VulnerabilityID') ?? 'unnamed',
    severity: SEVERITY[word('Severity') ?? ''] ?? 'unknown',
    ...(name === undefined ? {} : { package: name }),
    ...(version === undefined ? {} : { version }),
    ...(fixed === undefined ? {} : { fixed }),
  };
}

const SEVERITY: Readonly<Record<string, Severity>> = {
  CRITICAL: 'critical',
  HIGH: 'high',
  MEDIUM: 'medium',
  LOW: 'low',
};

const list = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];
