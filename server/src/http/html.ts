import type { Locale } from '@sightline/db/client';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escape = (text: string) => text.replaceAll(/[&<>"']/g, (character) => escapes[character] ?? '');

/** Text that is HTML already. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A template whose values are escaped, unless they are HTML already. */
export function html(strings: TemplateStringsArray, ...values: (string | Html)[]): Html {
  const written = values.map((value) => (value instanceof Html ? value.text : escape(value)));
  return new Html(strings.map((part, index) => part + (written[index] ?? '')).join(''));
}

/** A page without scripts. */
export function pageOf(title: string, body: Html, locale: Locale = 'EN'): string {
  return html`<!doctype html>
    <html lang="${locale.toLowerCase()}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title} · Sightline</title>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html> `.text;
}
