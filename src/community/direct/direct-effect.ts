// What direct messages need computed that takes its time (HPKE is asynchronous): effects, each answered by a command of the
// service with its number. What was not answered before a restart is asked again by itself.

export type DirectEffect =
  /** → service.prekeyMade */
  | { readonly kind: 'generate' }
  /** → service.sealed */
  | {
      readonly kind: 'seal'
      readonly number: number
      readonly recipient: Uint8Array
      readonly info: Uint8Array
      /** Signs what speaks of the encapsulated key. Pure. */
      readonly make: (encapsulated: Uint8Array) => Uint8Array
    }
  /** → service.opened: with the first key that opens it. */
  | {
      readonly kind: 'open'
      readonly number: number
      readonly tries: readonly { readonly privateKey: Uint8Array; readonly info: Uint8Array }[]
      readonly sealed: Uint8Array
    }

export interface Opened {
  /** Which of the tries. */
  readonly index: number
  readonly plain: Uint8Array
}
