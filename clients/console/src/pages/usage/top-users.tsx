import type { UsageSum } from '@sightline/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useAsk } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Card } from '../../components/card.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { useFormats } from '../../components/formats.ts';
import { Select } from '../../components/select.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { Table } from '../../components/table.tsx';
import { text } from './text.ts';
import { meters, windowOf } from './usage-days.ts';
import type { Range, UsageMeter } from './usage-days.ts';
import styles from './usage.module.css';

const consumers = ['KEY', 'MODEL', 'SOURCE'] as const;
type Consumer = (typeof consumers)[number];

/** Which keys, models or sources used the most, the largest first. */
export function TopUsers({ range }: { range: Range }): ReactElement {
  const t = useText(text);
  const formats = useFormats();
  const [by, setBy] = useState<Consumer>('MODEL');
  const [meter, setMeter] = useState<UsageMeter>('PREDICTIONS');
  const top = useAsk(['usage', 'top', by, meter, range], (client, signal) =>
    client.usage.top(by, { meter, first: 8, ...windowOf(range, Date.now()), signal }),
  );
  const said = meter === 'SESSION_SECONDS' ? formats.duration : formats.count;
  const all = top.data?.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0;
  const nobody = { KEY: t.noneKey, MODEL: t.noneModel, SOURCE: t.noneSource }[by];
  const nameOf = ({ name, model, apiKeyId, sourceId }: UsageSum) =>
    name ?? (by === 'MODEL' ? model : null) ?? (apiKeyId || sourceId ? t.gone : nobody);
  return (
    <Card title={t.top}>
      <div className={styles['choices']}>
        <Select
          label={t.by}
          value={by}
          options={consumers.map((value) => ({ value, label: t[value] }))}
          onChange={setBy}
        />
        <Select
          label={t.meter}
          value={meter}
          options={meters.map((value) => ({ value, label: t[value] }))}
          onChange={setMeter}
        />
      </div>
      {top.isPending && <Skeleton lines={3} height="2rem" />}
      <ErrorNote error={top.error} onRetry={() => void top.refetch()} />
      {top.data?.length === 0 && <p className={styles['soft']}>{t.topEmpty}</p>}
      {top.data && top.data.length > 0 && (
        <Table
          caption={t.top}
          rows={top.data}
          keyOf={(sum) => [sum.apiKeyId, sum.model, sum.sourceId].join(' ')}
          columns={[
            { key: 'who', head: t[by], cell: nameOf },
            { key: 'calls', head: t.calls, cell: ({ actCount }) => formats.count(actCount), isNumber: true },
            { key: 'used', head: t[meter], cell: ({ quantity }) => said(quantity), isNumber: true },
            {
              key: 'share',
              head: t.share,
              cell: ({ quantity }) => formats.share(all > 0 ? quantity / all : 0),
              isNumber: true,
            },
          ]}
        />
      )}
    </Card>
  );
}
