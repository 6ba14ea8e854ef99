import { ExternalLink, KeyRound } from 'lucide-react';
import type { ReactElement } from 'react';
import { useCan } from '../../app/data.ts';
import { pageConfig } from '../../app/page-config.ts';
import { useText } from '../../app/text.ts';
import button from '../../components/button.module.css';
import { Card } from '../../components/card.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { PageLink } from '../../components/page-link.tsx';
import styles from './api.module.css';
import { curlOf, restRoutes } from './rest-routes.ts';
import { RestRoutes } from './rest.tsx';
import { snippetsOf } from './snippets.ts';
import { text } from './text.ts';

export function Api(): ReactElement {
  const t = useText(text);
  const { inferenceUrl } = pageConfig;
  const mayMakeKeys = useCan('KEYS_WRITE');
  const snippets = snippetsOf(location.origin);
  // Where it is unknown, the snippets leave it to whoever runs them.
  const base = inferenceUrl ?? '$INFERENCE_URL';
  const first = restRoutes.find(({ path }) => path === '/predict');
  return (
    <>
      <PageHead title={t.title}>
        {mayMakeKeys && (
          <PageLink to="/keys" look="primary">
            <KeyRound aria-hidden /> {t.makeKey}
          </PageLink>
        )}
      </PageHead>
      <p className={styles['about']}>{t.about}</p>
      <div className={styles['cards']}>
        <Card title={t.graphql}>
          <p>{t.graphqlAbout}</p>
          <div className={styles['links']}>
            <Outside href="/graphql" isMain>
              {t.openGraphiql}
            </Outside>
          </div>
          <p className={styles['soft']}>{t.graphiqlAbout}</p>
          <Step title={t.endpoint} code={`${location.origin}/graphql`} />
          <Step title={t.withCurl} code={snippets.curl} />
          <Step title={t.withSdk} code={snippets.sdk} />
          <Step title={t.follow} code={snippets.follow} />
        </Card>
        <Card title={t.rest}>
          <p>{t.restAbout}</p>
          {inferenceUrl === null ? (
            <p className={styles['soft']}>{t.noSidecar}</p>
          ) : (
            <>
              <div className={styles['links']}>
                <Outside href={`${inferenceUrl}/docs`}>{t.openDocs}</Outside>
                <Outside href={`${inferenceUrl}/openapi.json`}>{t.openDocument}</Outside>
              </div>
              <Step title={t.endpoint} code={inferenceUrl} />
            </>
          )}
          {first && <Step title={t.withCurl} code={curlOf(first, base)} />}
        </Card>
      </div>
      <RestRoutes base={base} />
    </>
  );
}

function Step({ title, code }: { title: string; code: string }): ReactElement {
  return (
    <div className={styles['step']}>
      <h3>{title}</h3>
      <CodeBlock label={title} code={code} />
    </div>
  );
}

/** A link to what is no page of the console. */
function Outside({ href, isMain, children }: { href: string; isMain?: boolean; children: string }): ReactElement {
  const t = useText(text);
  return (
    <a
      className={`${button['button']} ${isMain ? button['primary'] : button['plain']}`}
      href={href}
      target="_blank"
      rel="noreferrer"
    >
      <ExternalLink aria-hidden />
      {children} <span className="visually-hidden">{t.newTab}</span>
    </a>
  );
}
