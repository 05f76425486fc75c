import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const API = process.env['COLLOQUY_URL'] ?? 'http://127.0.0.1:4141';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Relative addresses, so that the page works below any path.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // The policy of the page has no room for `data:` fonts and scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What pages have in common is one file: many small ones are compressed less.
          groups: [
            {
              name: 'shared',
              test: /preact|signals|src.(api|look|conversations|place)/,
              minShareCount: 2,
            },
          ],
        },
      },
    },
    emptyOutDir: true,
    reportCompressedSize: false,
  },
  server: { proxy: { '/v1': API } },
});
