/** Most items one page may hold. */
export const maxPageSize = 100;

const defaultPageSize = 20;

type PageArguments = { first?: number | null | undefined; last?: number | null | undefined };

/** Options every connection shares: the size it has by default, at most, and what it costs. */
export const page = {
  defaultSize: defaultPageSize,
  maxSize: maxPageSize,
  complexity: ({ first, last }: PageArguments) => ({ field: 1, multiplier: first ?? last ?? defaultPageSize }),
} as const;
