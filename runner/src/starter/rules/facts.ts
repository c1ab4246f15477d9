/** What was seen in a directory, or asked for: what a first configuration is made from. */
export interface StarterFacts {
  readonly application: string;
  /** Relative path of the JSON Schema, for editors. */
  readonly schema: string;
  readonly region: string;
  /** Which branch leads to which environment; develop and main where left out. */
  readonly branches?: Readonly<Record<string, string>>;
  readonly images: readonly StarterImage[];
  /** What runs the images; one for each image where left out. */
  readonly targets?: readonly StarterTarget[];
  /** Absent where there is no Terraform root. */
  readonly infrastructure?: StarterInfrastructure;
  /** Absent where there are no playbooks of the project's own. */
  readonly ansible?: StarterAnsible;
  readonly shape: StarterShape;
}

export interface StarterImage {
  readonly name: string;
  /** Relative; `.` for the directory itself. */
  readonly context: string;
  /** Where it is not the `Dockerfile` of the context. */
  readonly dockerfile?: string;
  readonly target?: string;
  readonly args?: Readonly<Record<string, string>>;
  /** Where it is known; named after application and image else. */
  readonly repository?: string;
  /** The command of its unit tests. */
  readonly test?: readonly string[];
  /** Dockerfile stage that has the test tools; without one the test is only a suggestion. */
  readonly testStage?: string;
}

export interface StarterTarget {
  readonly name: string;
  readonly image: string;
  /** Port inside the container. */
  readonly port?: number;
  /** Port on the host. */
  readonly published?: number;
  /** Path that answers when it is healthy, with where that was read. */
  readonly health?: { readonly path: string; readonly from: string };
  /** It has no port: there is nothing to probe. */
  readonly isWorker?: boolean;
}

export interface StarterInfrastructure {
  readonly directory: string;
  /** A root of its own for each environment, instead of workspaces of one. */
  readonly directories?: Readonly<Record<string, string>>;
  /** Environments that have a tfvars file of their name in the root. */
  readonly varFiles: readonly string[];
  /** Variable files by environment, relative to the root, where they are called otherwise. */
  readonly files?: Readonly<Record<string, readonly string[]>>;
  /** Files of partial backend configuration, by environment. */
  readonly backendConfig?: Readonly<Record<string, readonly string[]>>;
  /** What the root declares: nothing else is referred to. */
  readonly outputs?: readonly string[];
}

export interface StarterAnsible {
  readonly directory: string;
  /** In order. */
  readonly playbooks: readonly string[];
  /** Groups that they name. */
  readonly groups: readonly string[];
}

/** What environments hold: an ECS service, a fleet of hosts, or no target yet. */
export const starterShapes = ['flask-fleet', 'hello-ecs', 'minimal'] as const;
export type StarterShape = (typeof starterShapes)[number];
