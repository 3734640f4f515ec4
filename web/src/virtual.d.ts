// Modules that the build makes from the API's tables (vite.config.ts). An ambient module may not import by a relative path;
// a type by `import(…)` may.

declare module 'virtual:routes' {
  export const table: import('../../src/api/client.ts').RouteTable
}

declare module 'virtual:settings' {
  export const table: {
    readonly [Key in import('../../src/api/settings.ts').SettingKey]: {
      readonly section: import('../../src/api/settings.ts').SettingSection
      readonly kind: import('../../src/api/settings.ts').SettingKind
      readonly title: string
      readonly summary: string
      readonly takes: 'at-once' | 'reconnects' | 'restart'
      /** An empty field is a value: nothing, no limit. */
      readonly nullable: boolean
      readonly choices: readonly string[]
    }
  }
}
