import { cpSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import type { Plugin } from 'vite';

import { placeRuntimeDatabase } from './scripts/runtime-database.mjs';
import { knownElectron } from './scripts/setup/electron-runtime.mjs';

const at = (...parts: string[]) => path.join(import.meta.dirname, ...parts);

/** The oldest Electron that the application runs on (33): Chrome 130, Node 20.18. */
const chrome = 'chrome130';
const node = 'node20.18';

/** Everything is bundled except what cannot be: Electron, Node's modules, native code, what loads its own files. */
const external = [
  'electron',
  // Loads its own worker file by a path beside itself.
  /^pdfjs-dist/,
  // Optional accelerators that ws looks for.
  'bufferutil',
  'utf-8-validate',
  ...builtinModules,
  ...builtinModules.map((name) => `node:${name}`),
];

/**
 * The closed-network Electron is too old for the installed better-sqlite3 and comes with one of its own: only then the
 * import leads to a copy of that one, in out/native.
 */
function runtimeDatabase(): Plugin {
  const { sqlite } = knownElectron() ?? {};
  const shim = '\0phien-runtime-database';
  return {
    name: 'phien-runtime-database',
    enforce: 'pre',
    resolveId(id) {
      if (id !== 'better-sqlite3') return null;
      return sqlite ? shim : { id, external: true };
    },
    load: (id) =>
      id === shim
        ? `import { createRequire } from 'node:module';
           export default createRequire(import.meta.url)('../native/better-sqlite3/lib/index.js');`
        : null,
    closeBundle() {
      rmSync(at('out/native'), { recursive: true, force: true });
      if (sqlite) placeRuntimeDatabase(sqlite, at('out/native/better-sqlite3'));
    },
  };
}

/**
 * pdf.js looks for the last page before it shows the first, to mend page counts that are wrong; in a paper whose pages are
 * one list it goes through all of them, and so through the whole file. Papers that are read in ranges are spared that
 * (docs/decisions/0032-pages-before-the-paper.md).
 */
function showingFirstPagesFirst(worker: string): string {
  const look = /await this\.ensureDoc\("checkLastPage",\[(\w+)\]\)/g;
  if (worker.match(look)?.length !== 1) throw new Error('pdf.js is another one than before: look for checkLastPage');
  return `/* Changed by Phiên: no look at the last page of what is read in ranges. */\n${worker.replace(
    look,
    (call, recovering: string) => `(this.streamManager&&!${recovering})||${call}`,
  )}`;
}

/** What pdf.js loads by itself while it runs, served from phien://app/pdfjs/. The modern build needs Chrome 140. */
function pdfjsAssets(): Plugin {
  return {
    name: 'phien-pdfjs-assets',
    closeBundle() {
      const from = (...parts: string[]) => at('node_modules/pdfjs-dist', ...parts);
      const to = (...parts: string[]) => at('out/renderer/pdfjs', ...parts);
      for (const folder of ['cmaps', 'standard_fonts', 'wasm', 'iccs'])
        cpSync(from(folder), to(folder), { recursive: true });
      cpSync(from('legacy/build', 'pdf.renderer.min.mjs'), to('pdf.renderer.min.mjs'));
      writeFileSync(
        to('pdf.worker.min.mjs'),
        showingFirstPagesFirst(readFileSync(from('legacy/build', 'pdf.worker.min.mjs'), 'utf8')),
      );
    },
  };
}

/** Fonts of documents, for their preview: served from phien://app/fonts/. */
function documentFonts(): Plugin {
  return {
    name: 'phien-document-fonts',
    closeBundle: () => cpSync(at('resources/fonts'), at('out/renderer/fonts'), { recursive: true }),
  };
}

/** The three entries, and every worker thread's file: workers lie beside the entries, under their own names. */
const entries = [
  ...['index', 'engine', 'cli'].map((name) => at('main', `${name}.ts`)).filter((file) => existsSync(file)),
  ...globSync('main/**/*-worker.ts', { cwd: at() }).map((file) => at(file)),
];
const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8')) as { version: string };
const define = { __PHIEN_VERSION__: JSON.stringify(version) };

export default defineConfig({
  main: {
    define,
    plugins: [runtimeDatabase()],
    build: {
      target: node,
      outDir: at('out/main'),
      externalizeDeps: false,
      sourcemap: true,
      minify: false,
      rollupOptions: {
        external,
        input: Object.fromEntries(entries.map((file) => [path.basename(file, '.ts'), file])),
        // All in one folder: out/native and the workers are found from there.
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      target: node,
      outDir: at('out/preload'),
      externalizeDeps: false,
      sourcemap: true,
      rollupOptions: {
        external: ['electron'],
        input: { index: at('preload/index.ts') },
        // A sandboxed preload can only be a CommonJS script.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('renderer'),
    define,
    plugins: [react(), pdfjsAssets(), documentFonts()],
    html: { cspNonce: '__PHIEN_NONCE__' },
    resolve: { dedupe: ['yjs', 'react', 'react-dom'] },
    build: {
      target: chrome,
      outDir: at('out/renderer'),
      sourcemap: true,
      minify: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: { input: at('renderer/index.html') },
    },
  },
});
