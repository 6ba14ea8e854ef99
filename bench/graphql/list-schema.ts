import SchemaBuilder from '@pothos/core';

type Item = {
  id: string;
  name: string;
  owner: { id: string; name: string; email: string };
  stats: { views: number; likes: number };
  category: { id: string; label: string };
};

/** 50 objects with three nested ones each, in memory: nothing but the graph itself is measured. */
const items: Item[] = Array.from({ length: 50 }, (_, index) => ({
  id: `item-${index}`,
  name: `Item number ${index}`,
  owner: { id: `user-${index % 7}`, name: `User ${index % 7}`, email: `user${index % 7}@example.com` },
  stats: { views: index * 31, likes: index * 7 },
  category: { id: `category-${index % 5}`, label: `Category ${index % 5}` },
}));

export const listQuery = `query List {
  items {
    id
    name
    owner { id name email }
    stats { views likes }
    category { id label }
  }
}`;

export const helloQuery = 'query Hello { hello }';

export function createListSchema() {
  // The server's plugins add options to the type of every builder; this one uses none of them.
  const options = { defaultFieldNullability: false } as ConstructorParameters<
    typeof SchemaBuilder<{ DefaultFieldNullability: false }>
  >[0];
  const builder = new SchemaBuilder<{ DefaultFieldNullability: false }>(options);
  const Owner = builder.objectRef<Item['owner']>('Owner').implement({
    fields: (t) => ({ id: t.exposeID('id'), name: t.exposeString('name'), email: t.exposeString('email') }),
  });
  const Stats = builder.objectRef<Item['stats']>('Stats').implement({
    fields: (t) => ({ views: t.exposeInt('views'), likes: t.exposeInt('likes') }),
  });
  const Category = builder.objectRef<Item['category']>('Category').implement({
    fields: (t) => ({ id: t.exposeID('id'), label: t.exposeString('label') }),
  });
  const ItemType = builder.objectRef<Item>('Item').implement({
    fields: (t) => ({
      id: t.exposeID('id'),
      name: t.exposeString('name'),
      owner: t.expose('owner', { type: Owner }),
      stats: t.expose('stats', { type: Stats }),
      category: t.expose('category', { type: Category }),
    }),
  });
  builder.queryType({
    fields: (t) => ({
      items: t.field({ type: [ItemType], resolve: () => items }),
      hello: t.string({ resolve: () => 'world' }),
    }),
  });
  return builder.toSchema();
}
