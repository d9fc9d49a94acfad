// Forked as the reference of a step: the least that a process of its own can cost.
void 0
