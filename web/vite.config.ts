// How the page is built: `npm run build` (also run by `npm ci` in a checkout) puts it into web/dist, which the daemon serves.
// Nothing inline and nothing from elsewhere: the daemon's Content-Security-Policy allows neither.

import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { ROUTES } from '../src/api/routes.ts'
import { SETTINGS } from '../src/api/settings.ts'

/** Tables of the API without their schemas, so that the page need not carry the schema library. */
function apiTables(): Plugin {
  const tables: Readonly<Record<string, object>> = {
    'virtual:routes': Object.fromEntries(
      Object.entries(ROUTES).map(([name, { method, path }]) => [name, { method, path }]),
    ),
    'virtual:settings': Object.fromEntries(
      Object.entries(SETTINGS).map(([key, { schema, ...shown }]) => [
        key,
        {
          ...shown,
          /** An empty field is a value: nothing, no limit. */
          nullable: schema.safeParse(null).success,
          choices: 'options' in schema ? schema.options : [],
        },
      ]),
    ),
  }
  return {
    name: 'shoal-api-tables',
    resolveId: (id) => (Object.hasOwn(tables, id) ? `\0${id}` : undefined),
    load: (id) => {
      const table = tables[id.slice(1)]
      return table === undefined ? undefined : `export const table = ${JSON.stringify(table)}`
    },
  }
}

/** The page speaks one language at a time: what the component library says in thirty others would be a tenth of all bytes. */
function oneLanguage(): Plugin {
  const other =
    /\/(react-aria|react-stately|react-aria-components)\/dist\/.*\/intl\/.*\/(?!en-US\.)[a-z]{2}-[A-Z]{2}\.mjs$/
  return {
    name: 'shoal-one-language',
    enforce: 'pre',
    load: (id) => (other.test(id.replaceAll('\\', '/')) ? 'export default {}' : undefined),
  }
}

// biome-ignore lint/style/noDefaultExport: Vite asks for it
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react(), apiTables(), oneLanguage()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // A `data:` address would be inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Some ten kB in all: one file is smaller than thirty.
    cssCodeSplit: false,
  },
})
