import { PlugZap, ShieldAlert } from 'lucide-react';
import type { ReactElement } from 'react';
import { useCan, useViewer } from '../app/data.ts';
import { pageConfig } from '../app/page-config.ts';
import { useText } from '../app/text.ts';
import { EmptyState } from './empty-state.tsx';
import { text } from './with-sidecar.text.ts';

/** What needs the sidecar, given where browsers reach it; or why there is nothing to see, for who may not ask models, too. */
export function WithSidecar({ children }: { children: (inferenceUrl: string) => ReactElement }): ReactElement {
  const t = useText(text);
  const mayAsk = useCan('INFERENCE_USE');
  const viewer = useViewer();
  if (pageConfig.inferenceUrl === null) {
    return (
      <EmptyState icon={<PlugZap aria-hidden />} title={t.noSidecarTitle}>
        {t.noSidecar}
      </EmptyState>
    );
  }
  if (viewer.isSuccess && !mayAsk) {
    return (
      <EmptyState icon={<ShieldAlert aria-hidden />} title={t.mayNotTitle}>
        {t.mayNot}
      </EmptyState>
    );
  }
  return children(pageConfig.inferenceUrl);
}
