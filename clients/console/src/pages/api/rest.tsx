import { useState } from 'react';
import type { ReactElement } from 'react';
import { useText } from '../../app/text.ts';
import { Badge } from '../../components/badge.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { Field } from '../../components/field.tsx';
import { Table } from '../../components/table.tsx';
import styles from './api.module.css';
import { curlOf, routesWith } from './rest-routes.ts';
import type { RestRoute } from './rest-routes.ts';
import { text } from './text.ts';

/** What the sidecar answers, from the document that this console was built with: it is there whether the sidecar can be reached or not. */
export function RestRoutes({ base }: { base: string }): ReactElement {
  const t = useText(text);
  const [words, setWords] = useState('');
  const routes = routesWith(words);
  const groups = [...new Set(routes.map(({ group }) => group))];
  return (
    <section aria-labelledby="routes">
      <div className={styles['routesHead']}>
        <div>
          <h2 id="routes">{t.routes}</h2>
          <p className={styles['soft']}>{t.routesAbout}</p>
        </div>
        <Field label={t.find} type="search" value={words} onChange={({ target }) => setWords(target.value)} />
      </div>
      {routes.length === 0 && <p role="status">{t.noneFound}</p>}
      <div lang="en">
        {groups.map((group) => (
          <div key={group}>
            <h3 className={styles['group']}>{group}</h3>
            <div className={styles['routes']}>
              {routes.map(
                (route) =>
                  route.group === group && <Route key={`${route.method} ${route.path}`} route={route} base={base} />,
              )}
            </div>
          </div>
        ))}
      </div>
    </section>
  );
}

function Route({ route, base }: { route: RestRoute; base: string }): ReactElement {
  const t = useText(text);
  const { method, path, summary, description, parameters, takes, answers } = route;
  return (
    <details className={styles['route']}>
      <summary>
        <Badge tone={method === 'GET' ? 'good' : 'accent'}>{method}</Badge>
        <code>{path}</code>
        <span className={styles['soft']}>{summary}</span>
      </summary>
      <div className={styles['inside']}>
        {description && <p>{description}</p>}
        <CodeBlock label={t.withCurl} code={curlOf(route, base)} />
        {parameters.length > 0 && (
          <Table
            caption={`${t.parameters} ${method} ${path}`}
            rows={parameters}
            keyOf={({ name }) => name}
            onPhone="stack"
            isWrapped
            columns={[
              {
                key: 'name',
                head: t.parameter,
                cell: ({ name, required }) => (
                  <>
                    <code>{name}</code> {required && <Badge>{t.needed}</Badge>}
                  </>
                ),
              },
              { key: 'in', head: t.where, cell: (parameter) => t[parameter.in] },
              {
                key: 'meaning',
                head: t.meaning,
                cell: ({ description: said, usual, choices }) => (
                  <span>
                    {said} {choices.length > 0 && <code>{choices.join(' | ')}</code>}{' '}
                    {usual !== null && <span className={styles['soft']}>{t.usual(usual)}</span>}
                  </span>
                ),
              },
            ]}
          />
        )}
        {takes.length > 0 && <Types title={t.body} types={takes} />}
        {answers.length > 0 && <Types title={t.answers} types={answers} />}
      </div>
    </details>
  );
}

function Types({ title, types }: { title: string; types: readonly string[] }): ReactElement {
  return (
    <p className={styles['types']}>
      <span className={styles['soft']}>{title}</span>
      {types.map((type) => (
        <Badge key={type}>{type}</Badge>
      ))}
    </p>
  );
}
