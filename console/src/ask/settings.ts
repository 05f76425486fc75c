/** What a request to a model says besides its input. */
export interface AskSettings {
  /** Empty for the server's default. */
  readonly model: string;
  readonly instructions: string;
  /** Numbers as they were typed, empty for the model's own. */
  readonly temperature: string;
  readonly maxOutputTokens: string;
  readonly effort: string;
}

export const NO_SETTINGS: AskSettings = {
  model: '',
  instructions: '',
  temperature: '',
  maxOutputTokens: '',
  effort: '',
};

export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high'] as const;

/** Returns the fields of a request that the settings stand for. */
export function requestFields(settings: AskSettings): Readonly<Record<string, unknown>> {
  const { model, instructions, temperature, maxOutputTokens, effort } = settings;
  return {
    ...(model !== '' && { model }),
    ...(instructions.trim() !== '' && { instructions }),
    ...(temperature !== '' && { temperature: Number(temperature) }),
    ...(maxOutputTokens !== '' && { max_output_tokens: Number(maxOutputTokens) }),
    ...(effort !== '' && { reasoning: { effort } }),
  };
}

/** Says which number a model cannot have; empty for none. */
export function problemOf({ temperature, maxOutputTokens: most }: AskSettings): string {
  if (Number(temperature) < 0 || Number(temperature) > 2) return 'The temperature is from 0 to 2.';
  return most === '' || /^[1-9]\d*$/.test(most) ? '' : 'Tokens are a whole number from 1.';
}
