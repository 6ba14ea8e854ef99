/**
 * Data as it came over the wire. Tests read answers of every shape and the assertions that follow are what checks them,
 * so this is the one place where `any` is the honest type.
 */
// oxlint-disable-next-line typescript/no-explicit-any
export type Answer = any;
