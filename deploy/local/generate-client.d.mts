/** Generates the Prisma client and the types for Pothos unless they were made from the schema as it is now. */
export function generateClient(say: (line: string) => void): void;
