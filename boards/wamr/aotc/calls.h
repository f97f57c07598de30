// Calls between functions of a module.
#ifndef ARENULA_AOTC_CALLS_H
#define ARENULA_AOTC_CALLS_H

struct AOTCompContext;

/** Marks every function so that no pass moves it into another one. */
void keep_calls(struct AOTCompContext *context);

#endif
