/** Labels and what they mean so far; remembers who asked for which, so that a late definition reaches its users. Pure. */
import type { Definition } from "./definition.js";
import type { Names } from "./dialect.js";
import type { Branch } from "./nodes.js";

/** The label of a link reference, or a footnote's behind a `^`. */
type Key = string;

const UNNUMBERED = -1; // markdown-it-footnote numbers a label in place, once per parse

/** @typeParam User - what has to be drawn again when a name it asked for changes. */
export class NameTable<User> {
  private readonly references = new Map<Key, Definition>();
  private readonly notes = new Map<Key, Branch>();
  private readonly users = new Map<Key, Set<User>>();
  private readonly keys = new Map<User, Set<Key>>();
  private asked = new Set<Key>();
  private definitions: readonly Definition[] = [];
  private branches: readonly Branch[] = [];

  /** Runs `parse` with the names, and notes what `user` asked for instead of what it asked for before. */
  ask<T>(user: User, parse: (names: Names) => T): T {
    this.asked = new Set();
    const result = parse({ references: this.record("", this.references), notes: this.record("^:", this.notes) });
    this.forget(user);
    if (this.asked.size > 0) this.keys.set(user, this.asked);
    for (const key of this.asked) {
      const users = this.users.get(key) ?? new Set();
      this.users.set(key, users.add(user));
    }
    return result;
  }

  forget(user: User): void {
    for (const key of this.keys.get(user) ?? []) this.users.get(key)?.delete(user);
    this.keys.delete(user);
  }

  /** The footnote's definition; of several the last. */
  note(label: string): Branch | null {
    return this.notes.get(label) ?? null;
  }

  /** Takes over all definitions so far; returns who has to be drawn again. */
  update(definitions: readonly Definition[], notes: readonly Branch[]): Set<User> {
    const changed = new Set<User>();
    const touch = (key: Key): void => {
      for (const user of this.users.get(key) ?? []) changed.add(user);
    };
    this.takeDefinitions(definitions, touch);
    this.takeNotes(notes, touch);
    return changed;
  }

  private takeDefinitions(list: readonly Definition[], touch: (key: Key) => void): void {
    const same = common(this.definitions, list);
    if (same === list.length && same === this.definitions.length) return;
    const before = new Map<Key, Definition | undefined>();
    for (const old of this.definitions.slice(same)) {
      before.set(old.label, this.references.get(old.label));
    }
    for (const old of this.definitions.slice(same)) {
      if (this.references.get(old.label) === old) this.references.delete(old.label);
    }
    for (const next of list.slice(same)) {
      if (!before.has(next.label)) before.set(next.label, this.references.get(next.label));
      if (!this.references.has(next.label)) this.references.set(next.label, next);
    }
    for (const [label, old] of before) {
      const now = this.references.get(label);
      if (old?.href !== now?.href || old?.title !== now?.title) touch(label);
    }
    this.definitions = [...list];
  }

  private takeNotes(list: readonly Branch[], touch: (key: Key) => void): void {
    const same = common(this.branches, list);
    if (same === list.length && same === this.branches.length) return;
    const changed = [...this.branches.slice(same), ...list.slice(same)];
    const old = new Map(this.notes);
    this.branches = [...list];
    this.notes.clear();
    for (const note of list) this.notes.set(note.label, note);
    // Which of several definitions is shown is no matter of who refers to them
    for (const { label } of changed) if (old.has(label) !== this.notes.has(label)) touch(`^:${label}`);
  }

  private record<T>(sign: string, known: Map<Key, Definition | Branch>): Record<string, T> {
    const { asked } = this;
    return new Proxy<Record<string, T>>(
      {},
      {
        get(own, property) {
          const name = String(property);
          asked.add(sign ? `^${name}` : name);
          if (name in own) return own[name];
          if (!sign) return known.get(name) as T | undefined;
          return (known.has(name.slice(1)) ? UNNUMBERED : undefined) as T | undefined;
        },
      },
    );
  }
}

/** How many elements at the start of both lists are the same objects; what differs is at the end. */
function common(a: readonly unknown[], b: readonly unknown[]): number {
  let length = Math.min(a.length, b.length);
  while (length > 0 && a[length - 1] !== b[length - 1]) length--;
  return length;
}
