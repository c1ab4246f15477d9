/** Between which numbers of tasks autoscaling keeps a service. */
export interface ScalingBounds {
  readonly min: number;
  readonly max: number;
}

/** How autoscaling treats a service: its bounds, and what of it stands still. */
export interface ScalingState extends ScalingBounds {
  readonly suspended: { readonly in: boolean; readonly out: boolean; readonly scheduled: boolean };
}
