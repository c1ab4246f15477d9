export type Path = readonly PropertyKey[];
