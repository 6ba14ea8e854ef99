import { defineText } from '../../app/text.ts';

export const text = defineText({ en: { title: 'Sources' }, es: { title: 'Fuentes' } });
