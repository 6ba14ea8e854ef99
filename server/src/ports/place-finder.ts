/** Where in the world an address is, in words for its owner, such as `Madrid, Spain`; null when it is not known. */
export type PlaceFinder = { placeOf(address: string): string | null };
