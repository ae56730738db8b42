package dev.ingot.pipeline.event;

/** Work that nobody shall try again, with the reason. */
public record DeadLetter(Event.Work event, String reason) {}
