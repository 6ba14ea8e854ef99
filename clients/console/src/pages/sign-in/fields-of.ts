/** What was written into a form, by the names of its fields. */
export function fieldsOf(form: HTMLFormElement): Readonly<Record<string, string>> {
  const given = [...new FormData(form)].map(([name, value]) => [name, typeof value === 'string' ? value : '']);
  return Object.fromEntries(given) as Record<string, string>;
}
