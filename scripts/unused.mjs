// Stands in the bundle for packages that a dependency loads and we never call.
export default {};
