/** See layers.cjs. */
export const layers: readonly { readonly folders: readonly string[]; readonly what: string }[];
