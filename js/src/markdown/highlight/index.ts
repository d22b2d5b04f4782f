/** Colours for code; a bundle of its own, loaded when the first block of a known language appears. */
export { type Grammar, type Kind, type State, type Token, tokenize } from "./grammar.js";
export { grammarOf } from "./languages.js";
