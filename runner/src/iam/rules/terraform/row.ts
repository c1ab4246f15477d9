/** What Terraform's AWS provider asks of AWS for one type of resource. */
export interface TypeRow {
  /**
   * ARNs that the actions below are about, as `arnOf` reads them; names in braces are attributes of the resource.
   * Absent where only `anywhere` says something.
   */
  readonly arns?: readonly string[];
  /** `service: Action Action; service: Action`, to look at it; a data source of the type needs these alone. */
  readonly read?: string;
  /** What is read of a resource, and of no data source: its tags. */
  readonly tags?: string;
  readonly create?: string;
  readonly change?: string;
  readonly delete?: string;
  /** The same of actions that take no resource. */
  readonly anywhere?: {
    readonly read?: string;
    readonly create?: string;
    readonly change?: string;
    readonly delete?: string;
    readonly because: string;
  };
  /** The same that only some of the type ask for, or that is about something else. */
  readonly also?: readonly AlsoRow[];
  /**
   * Roles that it hands to a service: attributes that name them, or the instance profiles or launch templates that carry them.
   * What is not set hands nothing.
   */
  readonly passes?: {
    readonly roles?: readonly string[];
    readonly profiles?: readonly string[];
    readonly templates?: readonly string[];
    readonly to: string;
    /** An attribute beside which the service takes no role; a plan calls the role unknown then, as nobody gave it. */
    readonly unless?: string;
  };
  /** Service that makes its own role in the account the first time. */
  readonly linked?: string;
}

/** What is asked where an attribute is set; always where none is named. */
export interface AlsoRow extends Pick<
  TypeRow,
  'arns' | 'read' | 'tags' | 'create' | 'change' | 'delete' | 'anywhere'
> {
  readonly where?: string;
  /** Attribute that has the policies which are attached: no other may be. */
  readonly attaches?: string;
}

export const NO_LEVEL = 'AWS offers no resource level for it';

/** A type that is described everywhere and changed by id: most of EC2. */
export const ec2 = (kinds: string, read: string, create: string, remove: string, change = ''): TypeRow => ({
  arns: kinds.split(' ').map((kind) => `ec2:R:A:${kind}/*`),
  create: `ec2: ${create} CreateTags`,
  ...(change === '' ? {} : { change: `ec2: ${change} CreateTags DeleteTags` }),
  delete: `ec2: ${remove} DeleteTags`,
  anywhere: { read: `ec2: ${read}`, because: NO_LEVEL },
});

/** A type that only groups others or is made on this machine. */
export const NOTHING: TypeRow = {};
