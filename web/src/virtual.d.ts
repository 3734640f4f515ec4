// Modules that the build makes from the API's tables (vite.config.ts).

declare module 'virtual:routes' {
  import type { RouteTable } from '../../src/api/client.ts'
  export const table: RouteTable
}

declare module 'virtual:settings' {
  import type { SETTINGS, SettingKey } from '../../src/api/settings.ts'
  export const table: { readonly [Key in SettingKey]: Omit<(typeof SETTINGS)[Key], 'schema'> }
}
