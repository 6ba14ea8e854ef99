import { defineConfig } from 'vite';

// Built by `npm run build` and by `npm start`, see deploy/local/console.ts. No plugin: Vite reads JSX by itself.
export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'react' } },
  build: {
    target: 'es2022',
    // Pictures that are text in a script are refused nowhere, but counted everywhere.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true,
  },
});
