/** Where a thing is in the bag that it is in; -1 in none. It can be in one at a time. */
export type Bagged = { place: number };

export type Bag<Item extends Bagged> = ReturnType<typeof createBag<Item>>;

/**
 * What is under way, in no order. A `Set` that things come to and go from all the time makes a new table whenever it empties. Each
 * is kept by the one before, and all of them by one that garbage was collected around: with them all that was ever in
 * them stays until everything is collected, and what is collected often takes ten times as long. An array just gets shorter.
 */
export function createBag<Item extends Bagged>() {
  const items: Item[] = [];
  return {
    items: items as readonly Item[],
    add(item: Item): void {
      item.place = items.length;
      items.push(item);
    },
    /** False for what is in no bag. */
    remove(item: Item): boolean {
      const { place } = item;
      if (place < 0) return false;
      const last = items.pop() as Item;
      if (last !== item) {
        items[place] = last;
        last.place = place;
      }
      item.place = -1;
      return true;
    },
  };
}
