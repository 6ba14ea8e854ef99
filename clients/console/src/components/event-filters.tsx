import { FilterX } from 'lucide-react';
import type { ReactElement } from 'react';
import { useAsk } from '../app/data.ts';
import { useText } from '../app/text.ts';
import { useFormats } from './formats.ts';
import { Button } from './button.tsx';
import styles from './event-filters.module.css';
import { eventTypes, readChosen, withoutNothing, writeChosen } from './event-search.ts';
import type { EventFacet, EventSearch } from './event-search.ts';
import { text } from './event.text.ts';
import { Select } from './select.tsx';

type Props = {
  search: EventSearch;
  onChange: (search: EventSearch) => void;
  /** Labels to choose from; what is chosen is among them by itself. */
  labels: readonly string[];
};

const severalValue = '*several';
const percents = [50, 70, 80, 90, 95];

/** Chooses what of a feed is shown, one of a kind each. */
export function EventFilters({ search, onChange, labels }: Props): ReactElement {
  const t = useText(text);
  const { share } = useFormats();
  const sources = useSourceNames();
  const isFiltered = Object.keys(search).length > 0;

  function facet(name: EventFacet, all: string, known: readonly { value: string; label: string }[]): ReactElement {
    const chosen = readChosen(search[name]);
    const missing = chosen.filter((value) => known.every((each) => each.value !== value));
    const options = [
      { value: '', label: all },
      ...(chosen.length > 1 ? [{ value: severalValue, label: t.several(chosen.length) }] : []),
      ...known,
      ...missing.map((value) => ({ value, label: name === 'sources' ? t.goneSource : value })),
    ];
    return (
      <Select
        label={t[name]}
        isLabelHidden
        value={chosen.length > 1 ? severalValue : (chosen[0] ?? '')}
        options={options}
        onChange={(value) => {
          if (value !== severalValue)
            onChange(withoutNothing({ ...search, [name]: writeChosen(value ? [value] : []) }));
        }}
      />
    );
  }

  return (
    <div className={styles['filters']} role="group" aria-label={t.filters}>
      {facet(
        'sources',
        t.allSources,
        sources.map(({ id, name }) => ({ value: id, label: name })),
      )}
      {facet(
        'labels',
        t.allLabels,
        labels.map((label) => ({ value: label, label })),
      )}
      {facet(
        'types',
        t.allTypes,
        eventTypes.map((type) => ({ value: type, label: t[type] })),
      )}
      <Select
        label={t.confidence}
        isLabelHidden
        value={String(search.confidence ?? '')}
        options={[
          { value: '', label: t.anyConfidence },
          ...[...new Set([...percents, search.confidence ?? 50])]
            .toSorted((a, b) => a - b)
            .map((percent) => ({ value: String(percent), label: t.atLeast(share(percent / 100)) })),
        ]}
        onChange={(value) => onChange(withoutNothing({ ...search, confidence: value ? Number(value) : undefined }))}
      />
      {isFiltered && (
        <Button look="quiet" icon={<FilterX aria-hidden />} onClick={() => onChange({})}>
          {t.clear}
        </Button>
      )}
    </div>
  );
}

export type SourceName = { readonly id: string; readonly name: string };

/** The first hundred sources, which are enough to choose from. */
export function useSourceNames(): readonly SourceName[] {
  const { data } = useAsk(
    ['sources', 'names'],
    async (client, signal): Promise<readonly SourceName[]> => {
      const { items } = await client.sources.list({ pageSize: 100, signal });
      return items.map(({ id, name }) => ({ id, name }));
    },
    { staleTime: 30_000 },
  );
  return data ?? none;
}

const none: readonly SourceName[] = [];
