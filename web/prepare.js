// Builds the page after `npm ci` in a checkout. Plain JavaScript for any Node; without the development packages
// (`npm ci --omit=dev`) it says that there is no page and stops nothing.

try {
  const { build } = await import('vite')
  await build({ root: import.meta.dirname, logLevel: 'warn' })
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error
  console.warn('The page is not built: its build tools are not installed. `npm ci` installs them.')
}
