import { SlidersHorizontal } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import type { ReactElement } from 'react';
import { useText } from '../../app/text.ts';
import { useFormats } from '../../components/formats.ts';
import { Button } from '../../components/button.tsx';
import { useSourceNames } from '../../components/event-filters.tsx';
import { eventTypes, filterOfSearch, readChosen, toggleChosen, withoutNothing } from '../../components/event-search.ts';
import type { EventFacet } from '../../components/event-search.ts';
import { text as eventText } from '../../components/event.text.ts';
import { FacetList } from '../../components/facet-list.tsx';
import type { Facet } from '../../components/facet-list.tsx';
import { Select } from '../../components/select.tsx';
import type { EventsSearch, Span } from './event-range.ts';
import styles from './events.module.css';
import { text } from './text.ts';
import { useFacetCounts } from './use-counts.ts';

/** So many of a kind, the most frequent; what is chosen is there in any case. */
const shownMax = 12;
const percents = [50, 70, 80, 90, 95];

type Props = { search: EventsSearch; span: Span; onChange: (search: EventsSearch) => void };

/** By what events are told apart, and how many there are of each. */
export function EventFacets({ search, span, onChange }: Props): ReactElement {
  const t = useText(eventText);
  const own = useText(text);
  const { share } = useFormats();
  const filter = filterOfSearch(search);
  const sources = new Map(useSourceNames().map(({ id, name }) => [id, name]));
  const counts = {
    labels: useFacetCounts('labels', span, filter),
    sources: useFacetCounts('sources', span, filter),
    types: useFacetCounts('types', span, filter),
  };
  const nameOf = (facet: EventFacet, value: string): string => {
    if (facet === 'labels') return value;
    if (facet === 'sources') return sources.get(value) ?? t.goneSource;
    const type = eventTypes.find((each) => each === value);
    return type ? t[type] : value;
  };
  const facetsOf = (facet: EventFacet): Facet[] => {
    const known = [...(counts[facet] ?? [])].toSorted((a, b) => b[1] - a[1]).slice(0, shownMax);
    const missing = readChosen(search[facet]).filter((value) => known.every(([each]) => each !== value));
    const all: (readonly [string, number | null])[] = [
      ...known,
      ...missing.map((value) => [value, counts[facet] ? (counts[facet].get(value) ?? 0) : null] as const),
    ];
    return all.map(([value, count]) => ({ value, label: nameOf(facet, value), count }));
  };
  const isWide = useSyncExternalStore(subscribe, () => wide.matches);
  const chosenCount = Object.keys(filter ?? {}).length;
  const all = (
    <>
      {(['labels', 'sources', 'types'] as const).map((facet) => (
        <FacetList
          key={facet}
          title={t[facet]}
          facets={facetsOf(facet)}
          chosen={readChosen(search[facet])}
          onToggle={(value) => onChange(toggleChosen(search, facet, value))}
        />
      ))}
      <Select
        label={t.confidence}
        value={String(search.confidence ?? '')}
        options={[
          { value: '', label: t.anyConfidence },
          ...[...new Set([...percents, search.confidence ?? 50])]
            .toSorted((a, b) => a - b)
            .map((percent) => ({ value: String(percent), label: t.atLeast(share(percent / 100)) })),
        ]}
        onChange={(value) => onChange(withoutNothing({ ...search, confidence: value ? Number(value) : undefined }))}
      />
      {search.confidence !== undefined && <p className={styles['total']}>{own.withoutConfidence}</p>}
      {chosenCount > 0 && (
        <Button
          look="quiet"
          onClick={() => {
            const { labels: _labels, sources: _sources, types: _types, confidence: _confidence, ...rest } = search;
            onChange(rest);
          }}
        >
          {t.clear}
        </Button>
      )}
    </>
  );
  return (
    <aside className={styles['facets']} aria-label={t.filters}>
      {isWide ? (
        all
      ) : (
        <details className={styles['narrow']}>
          <summary>
            <SlidersHorizontal aria-hidden />
            {chosenCount > 0 ? `${t.filters} (${chosenCount})` : t.filters}
          </summary>
          <div className={styles['facets']}>{all}</div>
        </details>
      )}
    </aside>
  );
}

const wide = matchMedia('(width >= 64rem)');

function subscribe(listener: () => void): () => void {
  wide.addEventListener('change', listener);
  return () => wide.removeEventListener('change', listener);
}
