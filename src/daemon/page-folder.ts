// Where `npm run build` puts the page.

import { fileURLToPath } from 'node:url'

export const PAGE_FOLDER: string = fileURLToPath(new URL('../../web/dist', import.meta.url))
