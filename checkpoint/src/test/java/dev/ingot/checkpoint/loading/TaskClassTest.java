package dev.ingot.checkpoint.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskClassTest {
    @ParameterizedTest
    @CsvSource({
        "SEQ_CLS,      LlamaForCausalLM,     LlamaForSequenceClassification",
        "TOKEN_CLS,    GPT2LMHeadModel,      GPT2ForTokenClassification",
        "QUESTION_ANS, BertForPreTraining,   BertForQuestionAnswering",
        "SEQ_CLS,      RobertaForMaskedLM,   RobertaForSequenceClassification",
        "CAUSAL_LM,    LlamaForCausalLM,     ''",
        "SEQ_CLS,      BertModel,            BertForSequenceClassification",
        "TOKEN_CLS,    GPT2Model,            GPT2ForTokenClassification",
        "SEQ_CLS,      NobodyKnowsModel,     ''",
    })
    void theTaskNamesTheClassOnALanguageModel(String task, String base, String expected) {
        assertEquals(
                expected, TaskClass.of(task, base).map(TaskClass::architecture).orElse(""));
    }

    @ParameterizedTest
    @CsvSource({
        "SEQ_CLS,      LlamaForCausalLM,        score.weight,                true",
        "SEQ_CLS,      LlamaForCausalLM,        classifier.weight,           false",
        "SEQ_CLS,      LlamaForCausalLM,        score.oft_r,                 false",
        "TOKEN_CLS,    LlamaForCausalLM,        score.bias,                  true",
        "TOKEN_CLS,    GPT2LMHeadModel,         classifier.bias,             true",
        "QUESTION_ANS, GPT2LMHeadModel,         qa_outputs.weight,           true",
        "QUESTION_ANS, GPT2LMHeadModel,         classifier.weight,           false",
        "SEQ_CLS,      BertForMaskedLM,         bert.pooler.dense.weight,    true",
        "TOKEN_CLS,    BertForMaskedLM,         bert.pooler.dense.weight,    false",
        "SEQ_CLS,      RobertaForMaskedLM,      classifier.out_proj.weight,  true",
        "SEQ_CLS,      DistilBertForMaskedLM,   pre_classifier.weight,       true",
        "SEQ_CLS,      NobodyKnowsForCausalLM,  score.weight,                true",
        "SEQ_CLS,      NobodyKnowsForCausalLM,  value.weight,                false",
    })
    void aHeadIsWhatTheClassHas(String task, String base, String parameter, boolean head) {
        assertEquals(head, TaskClass.of(task, base).orElseThrow().isHead(parameter));
    }

    @ParameterizedTest
    @CsvSource({
        "SEQ_CLS,   BertForPreTraining, cls.predictions.bias,     false",
        "SEQ_CLS,   BertForPreTraining, bert.pooler.dense.bias,   true",
        "TOKEN_CLS, BertForPreTraining, bert.pooler.dense.bias,   false",
        "SEQ_CLS,   LlamaForCausalLM,   lm_head.weight,           false",
        "SEQ_CLS,   LlamaForCausalLM,   model.norm.weight,        true",
        "SEQ_CLS,   DistilBertForMaskedLM, vocab_transform.weight, false",
    })
    void theHeadOverTokensStaysBehindAndAPoolerThatTheClassLacks(
            String task, String base, String tensor, boolean kept) {
        assertEquals(kept, TaskClass.of(task, base).orElseThrow().keeps(tensor));
    }

    @Test
    void aPartThatIsNowhereIsMissing() {
        TaskClass task = TaskClass.of("SEQ_CLS", "BertForMaskedLM").orElseThrow();
        assertEquals(Optional.of("bert.pooler.dense.weight"), task.missing(Set.of("classifier.weight")::contains));
        assertEquals(Optional.empty(), task.missing(Set.of("classifier.weight", "bert.pooler.dense.weight")::contains));
    }

    @Test
    void theRowsOfTheLastLayerAreTheLabels() {
        TaskClass task = TaskClass.of("SEQ_CLS", "RobertaForMaskedLM").orElseThrow();
        assertTrue(task.isPerLabel("classifier.out_proj.weight"));
        assertFalse(task.isPerLabel("classifier.dense.weight"));
    }
}
