// What the engine asks before it connects to anybody or lets anybody in: the person's own rules (IP filters) live elsewhere.

/** Implemented by safety, joined in the daemon. */
export interface ConnectionGate {
  /** `host` is a canonical address. Asked before each dial and on each accept; must be quick. */
  allows(host: string): boolean
}
